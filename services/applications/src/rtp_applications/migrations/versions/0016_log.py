"""The transparency log of all audit entries: a leaf of each, the tree in tiles, its checkpoints and their witnesses.

The leaf is made by a trigger, so that nobody who writes an entry can leave it out: processes of the release before
write theirs through it too. Entries of before get their leaves here; the log vouches for them from now on.
"""

import sqlalchemy as sa
from alembic import op

from rtp_applications.sides_sql import IS_SYSTEM
from rtp_shared.messaging_tables import build_script

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BYTES = sa.LargeBinary()
INSTANT = sa.DateTime(timezone=True)
NEW_SALT = "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"
"""244 random bits; PostgreSQL has no other function for them without an extension."""
ADD_LEAVES = f"""
    INSERT INTO public.log_leaves (case_id, position, salt, commitment)
        SELECT case_id, position, salt, sha256(salt || hash)
        FROM (SELECT case_id, position, hash, {NEW_SALT} AS salt FROM added OFFSET 0) salted
"""  # noqa: S608 - of our own words


def upgrade() -> None:
    _leaves()
    _tree()
    _witnesses()
    op.execute(f"""
        CREATE FUNCTION log_audit_entries() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
            $function$ BEGIN {ADD_LEAVES}; RETURN NULL; END $function$
    """)
    op.execute(
        build_script("""
        REVOKE ALL ON FUNCTION log_audit_entries FROM PUBLIC;
        CREATE TRIGGER log_audit_entries AFTER INSERT ON audit_entries REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION log_audit_entries();
        """)
    )
    op.execute(ADD_LEAVES.replace("FROM added", "FROM audit_entries"))
    op.execute(build_script(WALL))
    op.execute(build_script(GRANTS))


# A leaf is told to whoever may read its entry, by the policies of that table.
WALL = f"""
    ALTER TABLE log_leaves ENABLE ROW LEVEL SECURITY;
    CREATE POLICY of_an_entry_seen ON log_leaves USING ({IS_SYSTEM} OR EXISTS (
        SELECT FROM audit_entries e WHERE e.case_id = log_leaves.case_id AND e.position = log_leaves.position));
"""

GRANTS = """
    GRANT SELECT (case_id, position, salt, place) ON log_leaves TO rtp_applications_web;
    GRANT SELECT ON log_tiles, log_checkpoints, log_cosignatures TO rtp_applications_web;
    GRANT SELECT, INSERT, UPDATE ON witnessed_logs TO rtp_applications_web;
    GRANT SELECT (case_id, position, commitment, place), UPDATE (place) ON log_leaves TO rtp_applications_worker;
    GRANT SELECT, INSERT, UPDATE (hashes) ON log_tiles TO rtp_applications_worker;
    GRANT SELECT, INSERT, UPDATE (note, signed_by) ON log_checkpoints TO rtp_applications_worker;
    GRANT SELECT, INSERT ON log_cosignatures TO rtp_applications_worker;
"""


def _leaves() -> None:
    op.create_table(
        "log_leaves",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("salt", BYTES),
        sa.Column("commitment", BYTES, nullable=False),
        sa.Column("place", sa.BigInteger()),
        sa.PrimaryKeyConstraint("case_id", "position", name="pk_log_leaves"),
        sa.ForeignKeyConstraint(
            ["case_id", "position"],
            ["audit_entries.case_id", "audit_entries.position"],
            name="fk_log_leaves_case_id_position",
        ),
    )
    waiting = sa.text("place IS NULL")
    op.create_index("ix_log_leaves_waiting", "log_leaves", ["case_id", "position"], postgresql_where=waiting)


def _tree() -> None:
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hashes", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_log_tiles"),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", BYTES, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("signed_by", sa.Text()),
        sa.PrimaryKeyConstraint("size", name="pk_log_checkpoints"),
    )


def _witnesses() -> None:
    op.create_table(
        "log_cosignatures",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cosigned_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_log_cosignatures"),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoints.size"], name="fk_log_cosignatures_size"),
    )
    op.create_table(
        "witnessed_logs",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", BYTES, nullable=False),
        sa.Column("cosigned_at", INSTANT),
        sa.PrimaryKeyConstraint("origin", name="pk_witnessed_logs"),
    )
