"""Products say their rate as a number, besides the words, so that what they cost can be computed.

Processes of the release before go on: they leave the new column empty, which is "not known".
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("products", sa.Column("rate_percent", sa.Float()))
