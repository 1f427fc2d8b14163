"""What a staff group asks of its adviser, whom it has been refused by, and proposals that were taken back.

Processes of the release before go on: they ask for less, and go on showing a proposal that was taken back; what is
declined through them meanwhile is not noted as a refusal, and can be proposed again, by a round or for new needs.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import build_script

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REFUSED = """
    UPDATE support_requests r SET refused_by = found.advisers
    FROM (SELECT request_id, array_agg(DISTINCT adviser_id) AS advisers FROM engagements
          WHERE status IN ('declined', 'lapsed', 'ended-early') GROUP BY request_id) found
    WHERE found.request_id = r.id
"""


def upgrade() -> None:
    for name in ("languages", "access_needs", "kinds"):
        op.add_column("support_requests", _list_column(name, sa.Text()))
    for name in ("funders", "prior_advisers", "refused_by"):
        op.add_column("support_requests", _list_column(name, sa.Uuid()))
    meeting = sa.Column("meeting", sa.String(64), nullable=False, server_default="any")
    op.add_column("support_requests", meeting)
    op.add_column("support_requests", _document_column("would_change"))
    op.add_column("matching_repairs", _document_column("ending"))
    op.add_column("proposals", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.execute(REFUSED)
    op.execute(
        build_script("""
        GRANT UPDATE (withdrawn_at) ON proposals TO rtp_advice_matching_web;
        GRANT UPDATE (rank, score, parts, withdrawn_at) ON proposals TO rtp_advice_matching_worker;
        """)
    )


def _list_column(name: str, of: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, ARRAY(of), nullable=False, server_default=sa.text("'{}'"))


def _document_column(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB(), nullable=False, server_default=sa.text("'[]'"))
