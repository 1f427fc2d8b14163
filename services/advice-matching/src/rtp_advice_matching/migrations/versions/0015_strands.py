"""One search for each kind of support: somebody of each may be asked, and at work, beside somebody of another.

What is offered and agreed on becomes a strand of its kind, and whoever is at a need is said by the kind. That there are
never two of one kind at a time, an index says.

Processes of the release before go on. What they offer or agree on meanwhile has no strand, and the index alone keeps a
second one of its kind out: so let them end first.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SEES_REQUEST = f"""
    EXISTS (SELECT FROM support_requests r WHERE r.id = request_id AND r.readers && {CURRENT_IDENTITIES})
"""
AGREED = """
    INSERT INTO support_strands (request_id, kind, status, adviser_id, opened_at, agreed_at, shared_at)
    SELECT r.id, coalesce(e.kind, a.kind), 'agreed', a.id, r.opened_at, r.agreed_at, r.shared_at
    FROM support_requests r JOIN advisers a ON a.id = r.agreed_adviser_id
    LEFT JOIN LATERAL (SELECT kind FROM engagements WHERE request_id = r.id AND adviser_id = a.id
                       ORDER BY id DESC LIMIT 1) AS e ON true
"""
OFFERED = """
    INSERT INTO support_strands (request_id, kind, status, opened_at)
    SELECT r.id, e.kind, 'offered', r.opened_at
    FROM support_requests r JOIN engagements e ON e.request_id = r.id AND e.status = 'offered'
    WHERE r.status = 'offered'
"""
AT_WORK = """
    UPDATE needs SET met_by = s.kind FROM support_strands s
    WHERE s.request_id = needs.request_id AND s.status = 'agreed' AND needs.state = 'being-met'
"""


def upgrade() -> None:
    op.create_table(
        "support_strands",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("adviser_id", sa.Uuid()),
        sa.Column("opened_at", INSTANT, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("agreed_at", "shared_at")),
        sa.PrimaryKeyConstraint("request_id", "kind", name="pk_support_strands"),
        sa.ForeignKeyConstraint(["request_id"], ["support_requests.id"], name="fk_support_strands_request_id"),
        sa.ForeignKeyConstraint(["adviser_id"], ["advisers.id"], name="fk_support_strands_adviser_id"),
    )
    op.add_column("needs", sa.Column("met_by", sa.String(64)))
    for statement in (AGREED, OFFERED, AT_WORK):
        op.execute(statement)
    op.create_index(
        "uq_engagements_request_id_kind",
        "engagements",
        ["request_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(
        build_script(f"""
        ALTER TABLE support_strands ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON support_strands USING ({SEES_REQUEST});
        GRANT SELECT, INSERT ON support_strands TO rtp_advice_matching_web, rtp_advice_matching_worker;
        GRANT UPDATE (status, adviser_id, agreed_at, shared_at) ON support_strands
            TO rtp_advice_matching_web, rtp_advice_matching_worker;
        GRANT UPDATE (met_by) ON needs TO rtp_advice_matching_web, rtp_advice_matching_worker;
        """)
    )
