"""A case names the one before it.

Processes of the release before know nothing of the column, and go on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("previous_case_id", sa.Uuid()))
    op.create_foreign_key("fk_cases_previous_case_id", "cases", "cases", ["previous_case_id"], ["id"])
    named = sa.text("previous_case_id IS NOT NULL")
    op.create_index("ix_cases_previous_case_id", "cases", ["previous_case_id"], postgresql_where=named)
