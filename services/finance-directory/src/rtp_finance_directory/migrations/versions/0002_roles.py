"""Each process gets a role of its own, which may do what it does and nothing else.

The processes of the release before go on as the role that they shared, until `prepare` finds none of them connected.
"""

from alembic import op

from rtp_shared.messaging_tables import build_grants_2, build_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(build_grants_2("rtp_finance_directory"))
    op.execute(
        build_script("""
        GRANT SELECT ON products, shortlists, shortlist_lines TO rtp_finance_directory_web;
        GRANT SELECT ON products TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT, UPDATE ON shortlists TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT ON shortlist_lines TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT, UPDATE ON products TO rtp_finance_directory_operator;
        """)
    )
