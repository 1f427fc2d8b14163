"""The delivery worker erases what subscribers answered to events of a case that applications destroyed."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT UPDATE (answer) ON attempts TO rtp_gateway_delivery")
