"""The worker forgets what finance knows of a case that applications destroyed."""

from alembic import op

from rtp_shared.messaging_tables import build_script

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

GRANTS = """
    GRANT DELETE ON shortlist_lines, shortlist_editions, case_notices, case_contracts
        TO rtp_finance_directory_worker;
"""


def upgrade() -> None:
    op.execute(build_script(GRANTS))
