"""How long cases are kept, legal holds, what is erased from a history, and a second wall around the names of parties.

Processes of the release before go on: they show no names of parties while they run, and a name that they take in is put
where names are kept now. They do not know destroyed cases: none is due before they are gone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_applications.sides_sql import IS_GROUP_CLIENT, IS_ON_BODIES_SIDE, IS_SYSTEM
from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT, ENUM = sa.Text(), sa.String(64)
INSTANT = sa.DateTime(timezone=True)
APPLICANTS = "'applicant-lead', 'applicant-member'"
HAS_LEFT_IN_DRAFT = """(
    p.valid_to IS NOT NULL AND p.valid_to < (c.submitted_at AT TIME ZONE 'Europe/London')::date
    AND NOT (coalesce(uuid_extract_version(p.id), 0) = 7
        AND uuid_extract_timestamp(p.id) >= date_trunc('milliseconds', c.submitted_at)))
"""
"""`parties.views.has_left_in_draft`."""
NAME_SEEN = f"""EXISTS (
    SELECT FROM case_parties p JOIN cases c ON c.id = p.case_id
    WHERE p.id = party_names.party_id AND ({IS_SYSTEM} OR {IS_GROUP_CLIENT} OR (
        c.submitted_at IS NOT NULL AND {IS_ON_BODIES_SIDE} AND (
            p.holder = ANY ({CURRENT_IDENTITIES}) OR (p.role IN ({APPLICANTS}) AND NOT {HAS_LEFT_IN_DRAFT})))))
"""
"""`parties.views.can_see_name`."""

# Place, time, action, chain and hashes are no arguments: nothing can be done to them.
ERASE_ENTRY = f"""
    CREATE FUNCTION erase_audit_entry(
        of_case uuid, at_place integer, how text, new_salt text, new_actor jsonb, new_reason text, new_changes jsonb,
        new_snapshot jsonb
    ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF ('system' = ANY ({CURRENT_IDENTITIES})) IS NOT TRUE THEN
            RAISE insufficient_privilege USING MESSAGE = 'only the system erases the content of a history';
        END IF;
        IF how NOT IN ('in-part', 'whole') THEN
            RAISE invalid_parameter_value USING MESSAGE = 'an entry is erased in part, or whole';
        END IF;
        UPDATE public.audit_entries SET erased = how, salt = new_salt, actor = new_actor, reason = new_reason,
            changes = new_changes, snapshot = new_snapshot
        WHERE case_id = of_case AND position = at_place;
    END $$;
    REVOKE ALL ON FUNCTION erase_audit_entry FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION erase_audit_entry TO rtp_applications_web, rtp_applications_worker;
"""  # noqa: S608 - of our own words

# What becomes of an answer is no argument: whoever calls this says whom it must not name, and it is emptied. The row
# stays, so that a repeated request is not done a second time.
ERASE_ANSWERS = f"""
    CREATE FUNCTION erase_stored_answers(named text) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF ('system' = ANY ({CURRENT_IDENTITIES})) IS NOT TRUE THEN
            RAISE insufficient_privilege USING MESSAGE = 'only the system erases stored answers';
        END IF;
        UPDATE public.stored_answers SET body = convert_to('{{}}', 'UTF8')
        WHERE position(convert_to(named, 'UTF8') IN body) > 0;
    END $$;
    REVOKE ALL ON FUNCTION erase_stored_answers FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION erase_stored_answers TO rtp_applications_web;
"""  # noqa: S608 - of our own words

MOVE_NAME = """
    CREATE FUNCTION move_party_name() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        INSERT INTO public.party_names (party_id, case_id, name) VALUES (NEW.id, NEW.case_id, NEW.name)
        ON CONFLICT (party_id) DO UPDATE SET name = excluded.name;
        UPDATE public.case_parties SET name = NULL WHERE id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER a_name_is_kept_apart AFTER INSERT OR UPDATE OF name ON case_parties
        FOR EACH ROW WHEN (NEW.name IS NOT NULL) EXECUTE FUNCTION move_party_name();
"""


def upgrade() -> None:
    _histories()
    _retention()
    _names()
    _erasures()
    _complaints()


def _histories() -> None:
    op.add_column("audit_entries", sa.Column("commitments", JSONB()))
    op.add_column("audit_entries", sa.Column("erased", ENUM))
    op.execute(build_script(ERASE_ENTRY))
    # Of what there is, histories tell the kind already.
    told: sa.Column[bool] = sa.Column("kind_told", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("documents", told)


def _retention() -> None:
    op.add_column("cases", sa.Column("disposed_at", INSTANT))
    ended = (
        "status IN ('launched', 'lapsed', 'not-eligible', 'quashed', 'refused', 'stopped', 'superseded', "
        "'tender-lost', 'withdrawn') AND disposed_at IS NULL"
    )
    op.create_index("ix_cases_changed_at_id_ended", "cases", ["changed_at", "id"], postgresql_where=sa.text(ended))
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("reason", "placed_by")),
        sa.Column("placed_as", ENUM, nullable=False),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("lifted_by", TEXT),
        sa.Column("lifted_as", ENUM),
        sa.Column("lifted_at", INSTANT),
        sa.Column("lifted_because", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_legal_holds_case_id"),
    )
    standing = sa.text("lifted_at IS NULL")
    op.create_index("ix_legal_holds_case_id", "legal_holds", ["case_id"], postgresql_where=standing)
    op.create_table(
        "disposal_warnings",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("warned_at", INSTANT, nullable=False),
        sa.Column("dispose_on", sa.Date(), nullable=False),
        sa.Column("disposed_at", INSTANT),
        sa.PrimaryKeyConstraint("case_id", name="pk_disposal_warnings"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_disposal_warnings_case_id"),
    )
    waiting = sa.text("disposed_at IS NULL")
    columns = ["dispose_on", "case_id"]
    op.create_index("ix_disposal_warnings_dispose_on", "disposal_warnings", columns, postgresql_where=waiting)
    op.execute(
        build_script(f"""
        ALTER TABLE legal_holds ENABLE ROW LEVEL SECURITY;
        CREATE POLICY bodies_side_sees ON legal_holds USING (EXISTS (
            SELECT FROM cases c WHERE c.id = legal_holds.case_id AND ({IS_SYSTEM} OR {IS_ON_BODIES_SIDE})));
        ALTER TABLE disposal_warnings ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_case_seen ON disposal_warnings USING (EXISTS (
            SELECT FROM cases c WHERE c.id = disposal_warnings.case_id));
        GRANT SELECT, INSERT, UPDATE (lifted_by, lifted_as, lifted_at, lifted_because) ON legal_holds
            TO rtp_applications_web;
        GRANT SELECT ON legal_holds TO rtp_applications_worker;
        GRANT SELECT, DELETE ON disposal_warnings TO rtp_applications_web;
        GRANT SELECT, INSERT, UPDATE ON disposal_warnings TO rtp_applications_worker;
        GRANT DELETE ON case_parties TO rtp_applications_worker;
        GRANT UPDATE (storage_key, file_name, uploaded_by) ON document_versions TO rtp_applications_worker;
        GRANT SELECT (id, holder), UPDATE (description, asked_of, answer, outcome, reported_by, holder) ON barriers
            TO rtp_applications_worker;
        GRANT SELECT (barrier_id), UPDATE (note, person, holder) ON barrier_changes TO rtp_applications_worker;
        """)  # noqa: S608 - of our own words
    )


def _names() -> None:
    op.create_table(
        "party_names",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("party_id", name="pk_party_names"),
        sa.ForeignKeyConstraint(["party_id"], ["case_parties.id"], name="fk_party_names_party_id", ondelete="CASCADE"),
    )
    op.create_index("ix_party_names_case_id", "party_names", ["case_id"])
    op.execute(
        build_script(f"""
        INSERT INTO party_names (party_id, case_id, name)
            SELECT id, case_id, name FROM case_parties WHERE name IS NOT NULL;
        UPDATE case_parties SET name = NULL WHERE name IS NOT NULL;
        ALTER TABLE party_names ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_name_seen ON party_names USING ({NAME_SEEN});
        GRANT SELECT, INSERT, UPDATE (name), DELETE ON party_names TO rtp_applications_web;
        """)  # noqa: S608 - of our own words
    )
    op.execute(build_script(MOVE_NAME))


def _erasures() -> None:
    op.create_table(
        "personal_erasures",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("pseudonym", TEXT, nullable=False),
        sa.Column("reason", ENUM, nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_personal_erasures"),
    )
    op.execute(
        build_script(f"""
        ALTER TABLE personal_erasures ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON personal_erasures USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT ON personal_erasures TO rtp_applications_web;
        GRANT UPDATE (uploaded_by) ON document_versions TO rtp_applications_web;
        GRANT UPDATE (person) ON barrier_changes TO rtp_applications_web;
        GRANT UPDATE (placed_by) ON legal_holds TO rtp_applications_web;
        """)
    )
    op.execute(build_script(ERASE_ANSWERS))


def _complaints() -> None:
    op.create_table(
        "privacy_complaints",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("made_by", "holder", "subject")),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("acknowledged_at", INSTANT),
        sa.Column("steps_taken", TEXT),
        sa.Column("outcome", ENUM),
        sa.Column("answer", TEXT),
        sa.Column("answered_at", INSTANT),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_complaints"),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name="fk_privacy_complaints_body_id"),
    )
    op.create_index("ix_privacy_complaints_body_id", "privacy_complaints", ["body_id"])
    op.execute(
        build_script(f"""
        ALTER TABLE privacy_complaints ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON privacy_complaints USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT, UPDATE (made_by, acknowledged_at, steps_taken, outcome, answer, answered_at, version)
            ON privacy_complaints TO rtp_applications_web;
        """)
    )
