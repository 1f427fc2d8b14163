"""Requests for access to one's data, and a log of who read personal data.

Processes of the release before know nothing of the tables, and log nothing while they run.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TEXT, ENUM = sa.Text(), sa.String(64)
INSTANT = sa.DateTime(timezone=True)

# What becomes of an entry is no argument but the person and the pseudonym: nobody changes who read what, or when.
ERASE = f"""
    CREATE FUNCTION erase_in_reads(named text, pseudonym text, of_holders text[]) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF ('system' = ANY ({CURRENT_IDENTITIES})) IS NOT TRUE THEN
            RAISE insufficient_privilege USING MESSAGE = 'only the system erases a person from the log';
        END IF;
        UPDATE public.personal_data_reads SET people = array_replace(people, named, pseudonym)
        WHERE named = ANY (people) AND (of_holders IS NULL OR holder = ANY (of_holders));
        UPDATE public.personal_data_reads SET person = pseudonym
        WHERE person = named AND (of_holders IS NULL OR 'client:' || client_id = ANY (of_holders));
    END $$;
    REVOKE ALL ON FUNCTION erase_in_reads FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION erase_in_reads TO rtp_applications_web, rtp_applications_operator;
"""  # noqa: S608 - of our own words

POLICIES = f"""
    ALTER TABLE subject_access_requests ENABLE ROW LEVEL SECURITY;
    CREATE POLICY readers_see ON subject_access_requests USING (readers && {CURRENT_IDENTITIES});
    GRANT SELECT, INSERT, UPDATE (person, scope, extended_at, extension_reason, answered_at, refusal, version)
        ON subject_access_requests TO rtp_applications_web;
    ALTER TABLE personal_data_reads ENABLE ROW LEVEL SECURITY;
    CREATE POLICY readers_see ON personal_data_reads FOR SELECT USING (readers && {CURRENT_IDENTITIES});
    CREATE POLICY own_added ON personal_data_reads FOR INSERT
        WITH CHECK ('client:' || client_id = ANY ({CURRENT_IDENTITIES}));
    CREATE POLICY system_deletes ON personal_data_reads FOR DELETE USING ('system' = ANY ({CURRENT_IDENTITIES}));
    GRANT SELECT, INSERT ON personal_data_reads TO rtp_applications_web;
    GRANT SELECT, DELETE ON personal_data_reads TO rtp_applications_worker;
"""


def upgrade() -> None:
    op.create_table(
        "subject_access_requests",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("scope", TEXT),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("extended_at", INSTANT),
        sa.Column("extension_reason", TEXT),
        sa.Column("answered_at", INSTANT),
        sa.Column("refusal", ENUM),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subject_access_requests"),
    )
    op.create_index(
        "ix_subject_access_requests_readers", "subject_access_requests", ["readers"], postgresql_using="gin"
    )
    op.create_table(
        "personal_data_reads",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", ENUM, nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", TEXT),
        sa.Column("reason", TEXT),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("people", ARRAY(TEXT), nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_personal_data_reads"),
    )
    op.create_index("ix_personal_data_reads_readers", "personal_data_reads", ["readers"], postgresql_using="gin")
    op.create_index("ix_personal_data_reads_case_id", "personal_data_reads", ["case_id"])
    op.create_index("ix_personal_data_reads_at", "personal_data_reads", ["at"])
    op.execute(build_script(POLICIES))
    op.execute(build_script(ERASE))
