"""Imports of living cases with what their bodies call them, and a feed of changes that misses none.

A change's position is the id of its transaction: `change_clock.ahead` is added, so that positions go on growing where
the database was restored into a server that counts its transactions from the start. Processes of the release before
know nothing of the tables, and go on: the triggers note their changes too.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_applications.sides_sql import IS_GROUP_CLIENT, IS_SYSTEM
from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
OWN_IMPORT = f"'client:' || client = ANY ({CURRENT_IDENTITIES}) OR {IS_SYSTEM}"


def upgrade() -> None:
    _imports()
    _references()
    _changes()
    op.execute(build_script(TRIGGERS))
    op.execute(build_script(POLICIES))
    op.execute(build_script(GRANTS))


def _imports() -> None:
    op.create_table(
        "case_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client", TEXT, nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("format", sa.String(64), nullable=False),
        sa.Column("columns", ARRAY(TEXT), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rows", "done", "made", "known", "refused")),
        sa.PrimaryKeyConstraint("id", name="pk_case_imports"),
    )
    op.create_index("ix_case_imports_client_id", "case_imports", ["client", "id"])
    unfinished = sa.text("state IN ('receiving', 'waiting')")
    op.create_index("ix_case_imports_unfinished", "case_imports", ["id"], postgresql_where=unfinished)
    op.create_table(
        "case_import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("fault", TEXT),
        sa.PrimaryKeyConstraint("import_id", "number", name="pk_case_import_rows"),
        sa.ForeignKeyConstraint(["import_id"], ["case_imports.id"], name="fk_case_import_rows_import_id"),
    )
    op.create_table(
        "case_import_problems",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reference", TEXT),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "row_number", "position", name="pk_case_import_problems"),
        sa.ForeignKeyConstraint(["import_id"], ["case_imports.id"], name="fk_case_import_problems_import_id"),
    )


def _references() -> None:
    op.create_table(
        "case_references",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "reference", name="pk_case_references"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_references_case_id"),
        sa.ForeignKeyConstraint(["import_id"], ["case_imports.id"], name="fk_case_references_import_id"),
    )
    op.create_index("ix_case_references_case_id", "case_references", ["case_id"])
    op.create_index("ix_case_references_import_id_row_number", "case_references", ["import_id", "row_number"])


def _changes() -> None:
    op.create_table(
        "change_clock",
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("ahead", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("single", name="pk_change_clock"),
        sa.CheckConstraint("single", name="single"),
    )
    op.create_table(
        "case_changes",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("position_for_all", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_changes"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_changes_case_id"),
    )
    op.create_table(
        "case_sight_ends",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reader", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("unknown_to", ARRAY(TEXT), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "reader", name="pk_case_sight_ends"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_sight_ends_case_id"),
    )
    op.execute("INSERT INTO change_clock VALUES (true, 0)")
    op.execute(
        "INSERT INTO case_changes SELECT id, pg_current_xact_id()::text::bigint, pg_current_xact_id()::text::bigint "
        "FROM cases"
    )
    op.create_index("ix_case_changes_position_case_id", "case_changes", ["position", "case_id"])
    op.create_index("ix_case_changes_position_for_all_case_id", "case_changes", ["position_for_all", "case_id"])
    op.create_index("ix_case_sight_ends_reader_position", "case_sight_ends", ["reader", "position"])


# With the owner's rights: whoever changes a case may not write these tables otherwise. A step that the bodies' side
# alone knows of moves the position of that side alone (docs/adr/0020).
TRIGGERS = """
    CREATE FUNCTION find_change_position() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
        SELECT pg_current_xact_id()::text::bigint + ahead FROM public.change_clock
    $$;
    CREATE FUNCTION note_new_case() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE here bigint := public.find_change_position();
    BEGIN
        INSERT INTO public.case_changes VALUES (NEW.id, here, here);
        RETURN NULL;
    END $$;
    CREATE FUNCTION note_changed_case() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        here bigint := public.find_change_position();
        for_all boolean := NEW.version - NEW.confidential_steps <> OLD.version - OLD.confidential_steps
            OR NEW.readers <> OLD.readers;
    BEGIN
        UPDATE public.case_changes
        SET position = here, position_for_all = CASE WHEN for_all THEN here ELSE position_for_all END
        WHERE case_id = NEW.id;
        IF NOT OLD.readers <@ NEW.readers THEN
            INSERT INTO public.case_sight_ends AS e
            SELECT NEW.id, left_out, here,
                CASE WHEN OLD.submitted_at IS NULL THEN OLD.body_readers ELSE '{}' END
            FROM unnest(OLD.readers) AS left_out WHERE left_out <> ALL (NEW.readers)
            ON CONFLICT (case_id, reader) DO UPDATE
            SET position = excluded.position, unknown_to = excluded.unknown_to;
        END IF;
        RETURN NULL;
    END $$;
    REVOKE ALL ON FUNCTION find_change_position, note_new_case, note_changed_case FROM PUBLIC;
    CREATE TRIGGER note_new_case AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION note_new_case();
    CREATE TRIGGER note_changed_case AFTER UPDATE ON cases FOR EACH ROW
        WHEN (OLD.version <> NEW.version OR OLD.readers <> NEW.readers) EXECUTE FUNCTION note_changed_case();
"""

POLICIES = f"""
    ALTER TABLE case_imports ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_its_client ON case_imports USING ({OWN_IMPORT});
    ALTER TABLE case_import_rows ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_an_import_seen ON case_import_rows
        USING (EXISTS (SELECT FROM case_imports i WHERE i.id = import_id));
    ALTER TABLE case_import_problems ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_an_import_seen ON case_import_problems
        USING (EXISTS (SELECT FROM case_imports i WHERE i.id = import_id));
    ALTER TABLE case_references ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_its_organisation ON case_references USING ({IS_SYSTEM} OR (
        'org:' || organisation = ANY ({CURRENT_IDENTITIES})
        AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND NOT {IS_GROUP_CLIENT})));
    ALTER TABLE case_changes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_a_case_seen ON case_changes USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id));
    ALTER TABLE case_sight_ends ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_who_saw_it ON case_sight_ends USING (
        reader = ANY ({CURRENT_IDENTITIES}) AND NOT unknown_to && {CURRENT_IDENTITIES});
"""  # noqa: S608 - of our own words

# The web takes files in, and the worker puts their cases on file. Uploads that broke off are let go by the worker.
GRANTS = """
    GRANT SELECT, INSERT, UPDATE ON case_imports TO rtp_applications_web;
    GRANT SELECT, INSERT ON case_import_rows TO rtp_applications_web;
    GRANT SELECT ON case_import_problems, case_references, case_changes, case_sight_ends, change_clock
        TO rtp_applications_web;
    GRANT SELECT, UPDATE, DELETE ON case_imports TO rtp_applications_worker;
    GRANT SELECT, DELETE ON case_import_rows TO rtp_applications_worker;
    GRANT SELECT, INSERT ON case_import_problems, case_references TO rtp_applications_worker;
    GRANT INSERT ON cases TO rtp_applications_worker;
    GRANT SELECT ON case_changes, change_clock TO rtp_applications_operator;
    GRANT UPDATE (ahead) ON change_clock TO rtp_applications_operator;
"""
