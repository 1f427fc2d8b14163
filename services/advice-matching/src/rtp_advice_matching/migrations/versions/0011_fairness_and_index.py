"""An index that follows advisers, short lists of who was not proposed, and bounds of fairness.

Processes of the release before go on: the trigger notes their changes of advisers too, and the new columns may be
empty. They write everybody into `not_proposed`, which is read as before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("advisers", sa.Column("changed_in", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_advisers_changed_in", "advisers", ["changed_in"])
    op.add_column("support_requests", sa.Column("not_proposed_counts", JSONB()))
    op.add_column("support_requests", sa.Column("employer_kind", TEXT))
    op.create_table(
        "fairness_bounds",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("version", "sequence")),
        sa.Column("event_hash", TEXT),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("bounds", "earlier", "passed")),
        *(sa.Column(name, TEXT) for name in ("set_by", "set_client")),
        *(sa.Column(name, INSTANT) for name in ("set_at", "looked_at")),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_fairness_bounds"),
    )
    op.execute(
        build_script(f"""
        CREATE FUNCTION advisers_note_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.changed_in := pg_current_xact_id()::text::bigint; RETURN NEW; END $$;
        CREATE TRIGGER advisers_note_change BEFORE INSERT OR UPDATE ON advisers
            FOR EACH ROW EXECUTE FUNCTION advisers_note_change();
        ALTER TABLE fairness_bounds ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON fairness_bounds USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT ON fairness_bounds TO rtp_advice_matching_web;
        GRANT UPDATE (version, bounds, earlier, set_by, set_client, set_at) ON fairness_bounds
            TO rtp_advice_matching_web;
        GRANT SELECT, UPDATE (sequence, event_hash, passed, looked_at) ON fairness_bounds
            TO rtp_advice_matching_worker;
        """)
    )
