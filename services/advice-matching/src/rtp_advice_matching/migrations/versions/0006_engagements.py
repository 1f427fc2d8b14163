"""Engagements, from the offer to the end, and when a case was shown to the network agreed on.

Of each request that is agreed an engagement is made, which has no clock: its place is given back when it ends.
Processes of the release before go on: what they agree on meanwhile has no engagement, and its place is given back when
the case ends. Where an old worker closes a request meanwhile, it gives the place back and leaves the engagement as it
was, which must not be ended besides: so let the old worker end first.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AGREED = """
    INSERT INTO engagements (request_id, adviser_id, network_id, kind, status, version, sequence, readers, by_itself,
                             offered_at, accepted_at, consented_at, changed_at)
    SELECT r.id, a.id, a.network_id, a.kind, 'active', 1, 0,
           ARRAY[r.readers[1], 'org:' || a.network_id]
             || CASE WHEN 'scope:cases:oversee' = ANY (r.readers) THEN ARRAY['scope:cases:oversee'] ELSE '{}' END
             || ARRAY['system'],
           false, r.agreed_at, r.agreed_at, r.agreed_at, r.agreed_at
    FROM support_requests r JOIN advisers a ON a.id = r.agreed_adviser_id WHERE r.status = 'agreed'
"""


def upgrade() -> None:
    op.add_column("support_requests", sa.Column("shared_at", INSTANT))
    op.create_table(
        "engagements",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("request_id", "adviser_id", "network_id")),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("kind", "status")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("version", "sequence")),
        sa.Column("event_hash", sa.Text()),
        sa.Column("readers", ARRAY(sa.Text()), nullable=False),
        sa.Column("by_itself", sa.Boolean(), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("answer_by", sa.Date()),
        *(sa.Column(name, INSTANT) for name in ("due_at", "accepted_at", "consented_at")),
        sa.Column("contact_by", sa.Date()),
        sa.Column("contact_missed_at", INSTANT),
        sa.Column("first_contact_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        sa.Column("ended_by", sa.String(64)),
        sa.Column("ended_at", INSTANT),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_engagements"),
        sa.ForeignKeyConstraint(["request_id"], ["support_requests.id"], name="fk_engagements_request_id"),
        sa.ForeignKeyConstraint(["adviser_id"], ["advisers.id"], name="fk_engagements_adviser_id"),
    )
    op.create_index("ix_engagements_readers", "engagements", ["readers"], postgresql_using="gin")
    op.create_index("ix_engagements_request_id", "engagements", ["request_id"])
    op.create_index("ix_engagements_due_at", "engagements", ["due_at"])
    op.execute("UPDATE support_requests SET shared_at = agreed_at WHERE status = 'agreed'")
    op.execute(AGREED)
    op.execute(
        build_script(f"""
        ALTER TABLE engagements ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON engagements USING (readers && {CURRENT_IDENTITIES});
        GRANT SELECT, INSERT, UPDATE ON engagements TO rtp_advice_matching_web, rtp_advice_matching_worker;
        """)
    )
