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
    op.execute(build_grants_2("rtp_advice_matching"))
    op.execute(
        build_script("""
        GRANT SELECT, UPDATE (engaged) ON advisers TO rtp_advice_matching_web, rtp_advice_matching_worker;
        GRANT SELECT, UPDATE ON support_requests TO rtp_advice_matching_web, rtp_advice_matching_worker;
        GRANT INSERT ON support_requests TO rtp_advice_matching_worker;
        GRANT SELECT ON proposals TO rtp_advice_matching_web;
        GRANT SELECT, INSERT ON proposals TO rtp_advice_matching_worker;
        GRANT SELECT, INSERT, UPDATE ON advisers TO rtp_advice_matching_operator;
        """)
    )
