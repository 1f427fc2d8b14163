"""The worker erases what was written of a case that applications destroyed."""

from alembic import op

from rtp_shared.messaging_tables import build_script

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

GRANTS = """
    GRANT SELECT ON matching_overrides, matching_round_requests TO rtp_advice_matching_worker;
    GRANT UPDATE (notes, version, changed_at) ON support_sessions TO rtp_advice_matching_worker;
    GRANT UPDATE (text, version, changed_at) ON goals TO rtp_advice_matching_worker;
    GRANT UPDATE (comment) ON feedback TO rtp_advice_matching_worker;
    GRANT UPDATE (note) ON follow_ups TO rtp_advice_matching_worker;
    GRANT UPDATE (reason, version) ON matching_overrides TO rtp_advice_matching_worker;
    GRANT UPDATE (request, listed, answer, request_id) ON matching_round_requests TO rtp_advice_matching_worker;
    GRANT SELECT, INSERT ON support_erasures TO rtp_advice_matching_worker;
    GRANT EXECUTE ON FUNCTION erase_stored_answers TO rtp_advice_matching_worker;
"""


def upgrade() -> None:
    op.execute(build_script(GRANTS))
