"""A case names the one before it, and further employers besides the one that leads, which are on the bodies' side.

Computing the readers anew writes the table anew, and locks it meanwhile. Processes of the release before know nothing
of the columns, and go on: none of their cases has further employers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_applications.sides_sql import BODY_READERS
from rtp_shared.messaging_tables import build_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("previous_case_id", sa.Uuid()))
    op.create_foreign_key("fk_cases_previous_case_id", "cases", "cases", ["previous_case_id"], ["id"])
    named = sa.text("previous_case_id IS NOT NULL")
    op.create_index("ix_cases_previous_case_id", "cases", ["previous_case_id"], postgresql_where=named)
    none = sa.text("'{}'")
    op.add_column("cases", sa.Column("further_employer_ids", ARRAY(sa.Uuid()), nullable=False, server_default=none))
    op.execute(build_script(f"ALTER TABLE cases ALTER COLUMN body_readers SET EXPRESSION AS ({BODY_READERS});"))
