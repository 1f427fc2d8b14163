"""A case number is one case's among those that were submitted; a draft's is held against nobody's.

Processes of the release before go on: they still refuse to record a number that a draft has, and answer 409 to the
submission of a draft whose number was recorded by a new one meanwhile, until they are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("uq_cases_number", "cases", type_="unique")
    op.create_index("ix_cases_number", "cases", ["number"])
    submitted = sa.text("submitted_at IS NOT NULL")
    op.create_index("uq_cases_number", "cases", ["number"], unique=True, postgresql_where=submitted)
