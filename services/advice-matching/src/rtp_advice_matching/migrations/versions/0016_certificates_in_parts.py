"""A round's certificate is kept in parts, one for each request: it may be of any size, and what it says of one group
can be erased. Stored answers are searched since a time. Follow-ups, resources and feeds tell when they are
due or stale.

Processes of the release before go on: they read the rounds that they worked out, and none of the new ones.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.Text()

ERASE_ANSWERS = f"""
    CREATE FUNCTION erase_stored_answers_since(ids uuid[], since timestamptz) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF ('system' = ANY ({CURRENT_IDENTITIES})) IS NOT TRUE THEN
            RAISE insufficient_privilege USING MESSAGE = 'only the system erases stored answers';
        END IF;
        UPDATE public.stored_answers SET body = convert_to('{{}}', 'UTF8')
        WHERE stored_at >= since
          AND EXISTS (SELECT FROM unnest(ids) AS named WHERE position(convert_to(named::text, 'UTF8') IN body) > 0);
    END $$;
    REVOKE ALL ON FUNCTION erase_stored_answers_since FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION erase_stored_answers_since TO rtp_advice_matching_web;
"""  # noqa: S608 - of our own words


def upgrade() -> None:
    op.create_table(
        "matching_round_requests",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid()),
        sa.Column("request_version", sa.Integer(), nullable=False),
        sa.Column("adviser_id", sa.Uuid()),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("request", "listed", "answer")),
        sa.Column("outcome", TEXT),
        sa.PrimaryKeyConstraint("round_id", "place", name="pk_matching_round_requests"),
        sa.ForeignKeyConstraint(["round_id"], ["matching_rounds.id"], name="fk_matching_round_requests_round_id"),
    )
    op.create_index("ix_matching_round_requests_request_id", "matching_round_requests", ["request_id"])
    salt = sa.Column("round_salt", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    op.add_column("support_requests", salt)
    op.add_column("engagements", sa.Column("followed_up", sa.Integer(), nullable=False, server_default="0"))
    # What fell due before is not told late.
    op.execute("UPDATE engagements SET followed_up = 30 WHERE ended_at < now() - interval '30 days'")
    op.execute("UPDATE engagements SET followed_up = 90 WHERE ended_at < now() - interval '90 days'")
    op.create_index("ix_engagements_followed_up", "engagements", ["followed_up"])
    op.add_column("resources", sa.Column("told_of", sa.Date()))
    op.add_column("resources", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("resources", sa.Column("event_hash", TEXT))
    op.create_table(
        "feed_notices",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("told_of", sa.DateTime(timezone=True)),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("event_hash", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_feed_notices"),
        sa.UniqueConstraint("source", name="uq_feed_notices_source"),
    )
    op.execute(
        build_script(f"""
        ALTER TABLE feed_notices ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_sees ON feed_notices USING ('system' = ANY ({CURRENT_IDENTITIES}));
        GRANT SELECT, INSERT, UPDATE (told_of, sequence, event_hash) ON feed_notices TO rtp_advice_matching_worker;
        GRANT SELECT ON imported_services, resources, follow_ups TO rtp_advice_matching_worker;
        GRANT UPDATE (told_of, sequence, event_hash) ON resources TO rtp_advice_matching_worker;
        ALTER TABLE matching_round_requests ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON matching_round_requests USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT, UPDATE (request_id, request, listed, answer, outcome) ON matching_round_requests
            TO rtp_advice_matching_web;
        """)
    )
    op.execute(build_script(ERASE_ANSWERS))
