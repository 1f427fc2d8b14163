"""The day on which a body published a rule of its own: a case is held to what was published on its day. And deadlines
that are unsettled between two authorities are among the open ones.

What is on file was published when it was recorded; reference data are of published pages, and hold from their first day
on. Processes of the release before go on: a rule that they record is published on that day. They cannot read a case
whose deadline is unsettled: let none of them run on when a council is reorganised.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import build_script

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    today = sa.text("(now() AT TIME ZONE 'Europe/London')::date")
    op.add_column("body_rules", sa.Column("published_on", sa.Date(), server_default=today, nullable=False))
    op.execute(
        build_script("""
        UPDATE body_rules SET published_on = CASE WHEN set_by = 'reference-data' THEN valid_from
            ELSE (set_at AT TIME ZONE 'Europe/London')::date END;
        """)
    )
    open_ = sa.text("state IN ('running', 'paused', 'unsettled')")
    op.drop_index("ix_case_deadlines_due_at_id", "case_deadlines")
    op.create_index("ix_case_deadlines_due_at_id", "case_deadlines", ["due_at", "id"], postgresql_where=open_)
