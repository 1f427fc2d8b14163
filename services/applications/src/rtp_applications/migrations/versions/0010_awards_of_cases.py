"""A case's own award stands in the records of awards, once, and is marked when its contract ended.

Processes of the release before write and read the table as they did: what they know nothing of may be null.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import build_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contract_awards", sa.Column("case_id", sa.Uuid()))
    op.add_column("contract_awards", sa.Column("ended_on", sa.Date()))
    op.add_column("contract_awards", sa.Column("end_reason", sa.Text()))
    standing = sa.text("case_id IS NOT NULL AND withdrawn_at IS NULL")
    op.execute(build_script("GRANT SELECT ON contract_awards TO rtp_applications_worker;"))
    op.create_index(
        "uq_contract_awards_case_id", "contract_awards", ["case_id"], unique=True, postgresql_where=standing
    )
