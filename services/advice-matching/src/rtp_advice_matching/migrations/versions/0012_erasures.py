"""Erasures on request, and what each network is told of a support request, in a chain of its own.

Processes of the release before go on: they do not know the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)

# What becomes of an answer is no argument: whoever calls this says which ids it must not show, and it is emptied. The
# row stays, so that a repeated request is not done a second time.
ERASE_ANSWERS = f"""
    CREATE FUNCTION erase_stored_answers(ids uuid[]) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF ('system' = ANY ({CURRENT_IDENTITIES})) IS NOT TRUE THEN
            RAISE insufficient_privilege USING MESSAGE = 'only the system erases stored answers';
        END IF;
        UPDATE public.stored_answers SET body = convert_to('{{}}', 'UTF8')
        WHERE EXISTS (SELECT FROM unnest(ids) AS named WHERE position(convert_to(named::text, 'UTF8') IN body) > 0);
    END $$;
    REVOKE ALL ON FUNCTION erase_stored_answers FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION erase_stored_answers TO rtp_advice_matching_web;
"""  # noqa: S608 - of our own words


def upgrade() -> None:
    op.create_table(
        "support_erasures",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("scope", "reason", "eraser")),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_support_erasures"),
    )
    op.create_index("ix_support_erasures_subject_id", "support_erasures", ["subject_id"])
    op.create_table(
        "network_notices",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("request_id", "network_id")),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_hash", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_network_notices"),
        sa.UniqueConstraint("request_id", "network_id", name="uq_network_notices_request_id_network_id"),
        sa.ForeignKeyConstraint(["request_id"], ["support_requests.id"], name="fk_network_notices_request_id"),
    )
    op.execute(
        build_script(f"""
        ALTER TABLE network_notices ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_sees ON network_notices USING ('system' = ANY ({CURRENT_IDENTITIES}));
        GRANT SELECT, INSERT, UPDATE (sequence, event_hash) ON network_notices
            TO rtp_advice_matching_web, rtp_advice_matching_worker;
        ALTER TABLE support_erasures ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON support_erasures USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT ON support_erasures TO rtp_advice_matching_web;
        GRANT UPDATE (comment) ON feedback TO rtp_advice_matching_web;
        GRANT UPDATE (note) ON follow_ups TO rtp_advice_matching_web;
        GRANT UPDATE (reason, proposed_by) ON matching_overrides TO rtp_advice_matching_web;
        """)
    )
    op.execute(build_script(ERASE_ANSWERS))
