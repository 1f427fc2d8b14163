"""An index of grants in bitmaps, which the worker writes, and by which the web process searches a million.

Processes of the release before go on: they search as before, and what their loader stores is noted by triggers.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import build_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BITS = sa.LargeBinary()


def upgrade() -> None:
    op.create_table(
        "grant_changes",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_grant_changes"),
    )
    op.create_table(
        "grant_index",
        sa.Column("id", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("-1"), nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grant_index"),
    )
    op.create_table(
        "grant_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grant_places"),
    )
    op.create_index("ix_grant_places_block", "grant_places", ["block"])
    _create_blocks()
    op.execute(build_script(_NOTING))
    op.execute(
        build_script("""
        GRANT SELECT ON grant_index, grant_blocks, grant_facets, grant_postings TO rtp_finance_directory_web;
        GRANT SELECT ON grants, grant_clock TO rtp_finance_directory_worker;
        GRANT SELECT, DELETE ON grant_changes TO rtp_finance_directory_worker;
        GRANT SELECT, UPDATE ON grant_index TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT, UPDATE, DELETE ON grant_places, grant_blocks, grant_facets, grant_postings
            TO rtp_finance_directory_worker;
        """)
    )


def _create_blocks() -> None:
    op.create_table(
        "grant_blocks",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        *(sa.Column(name, BITS, nullable=False) for name in ("days", "ids", "amounts")),
        sa.PrimaryKeyConstraint("block", name="pk_grant_blocks"),
    )
    op.create_table(
        "grant_facets",
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("facet", "code", "name")),
        sa.Column("bitmap", BITS, nullable=False),
        sa.PrimaryKeyConstraint("block", "number", name="pk_grant_facets"),
    )
    op.create_table(
        "grant_postings",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("bitmap", BITS, nullable=False),
        sa.PrimaryKeyConstraint("word", "block", "weight", name="pk_grant_postings"),
    )
    op.create_index("ix_grant_postings_block", "grant_postings", ["block"])


_NOTING = """
    INSERT INTO grant_index DEFAULT VALUES;
    INSERT INTO grant_changes (id) SELECT id FROM grants;
    ALTER TABLE grant_blocks ALTER days SET STORAGE EXTERNAL, ALTER ids SET STORAGE EXTERNAL,
        ALTER amounts SET STORAGE EXTERNAL;
    ALTER TABLE grant_facets ALTER bitmap SET STORAGE EXTERNAL;
    ALTER TABLE grant_postings ALTER bitmap SET STORAGE EXTERNAL;
    CREATE FUNCTION note_grant_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $body$
    BEGIN
        INSERT INTO grant_changes (id) SELECT id FROM changed;
        RETURN NULL;
    END $body$;
    CREATE FUNCTION note_grants_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $body$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            INSERT INTO grant_changes (id) SELECT id FROM grant_places;
        ELSE
            INSERT INTO grant_changes (id) SELECT id FROM changed;
        END IF;
        UPDATE grant_clock SET position = position + 1;
        RETURN NULL;
    END $body$;
    CREATE TRIGGER note_made AFTER INSERT ON grants REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION note_grant_changes();
    CREATE TRIGGER note_changed AFTER UPDATE ON grants REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION note_grant_changes();
    CREATE TRIGGER note_gone AFTER DELETE ON grants REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION note_grants_gone();
    CREATE TRIGGER note_emptied AFTER TRUNCATE ON grants FOR EACH STATEMENT EXECUTE FUNCTION note_grants_gone();
"""
