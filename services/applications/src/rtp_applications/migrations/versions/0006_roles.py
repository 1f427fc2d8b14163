"""Each process gets a role of its own, which may do what it does and nothing else.

The processes of the release before go on as the role that they shared, until `prepare` finds none of them connected.
"""

from alembic import op

from rtp_shared.messaging_tables import build_grants_2, build_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(build_grants_2("rtp_applications"))
    op.execute(build_script(WEB))
    op.execute(build_script(WORKER))
    op.execute(build_script(OPERATOR))


WEB = """
    GRANT SELECT ON regions, bank_holidays TO rtp_applications_web;
    GRANT SELECT, INSERT, UPDATE ON bodies, body_identifiers, body_rules, recommendations TO rtp_applications_web;
    GRANT SELECT, INSERT ON recommendation_updates TO rtp_applications_web;
    GRANT SELECT, INSERT, UPDATE ON cases, case_deadlines TO rtp_applications_web;
    GRANT SELECT, INSERT, UPDATE, DELETE ON case_parties, case_records TO rtp_applications_web;
    GRANT SELECT, INSERT ON audit_entries TO rtp_applications_web;
    GRANT SELECT, INSERT, UPDATE ON documents TO rtp_applications_web;
    GRANT SELECT, INSERT, UPDATE (scan, scan_signature, scanned_at, frozen_at)
        ON document_versions TO rtp_applications_web;
    GRANT SELECT, INSERT, UPDATE ON barriers, published_decisions TO rtp_applications_web;
    GRANT SELECT, INSERT ON barrier_changes TO rtp_applications_web;
"""

# What time does to a case: it opens none, and neither invites people nor takes what they hand in.
WORKER = """
    GRANT SELECT ON regions, bank_holidays, bodies, body_identifiers, body_rules TO rtp_applications_worker;
    GRANT SELECT, UPDATE ON cases TO rtp_applications_worker;
    GRANT SELECT, INSERT, UPDATE ON case_parties, case_deadlines TO rtp_applications_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON case_records TO rtp_applications_worker;
    GRANT SELECT, INSERT ON audit_entries TO rtp_applications_worker;
    GRANT SELECT, UPDATE ON documents TO rtp_applications_worker;
    GRANT SELECT, UPDATE (scan, scan_signature, scanned_at, frozen_at) ON document_versions TO rtp_applications_worker;
    GRANT SELECT, INSERT, UPDATE ON published_decisions TO rtp_applications_worker;
"""

# Reference data, and that deadlines are counted again. Policies of deadlines look a case up by its id.
OPERATOR = """
    GRANT SELECT, INSERT, UPDATE ON regions, bodies, body_identifiers, body_rules, recommendations
        TO rtp_applications_operator;
    GRANT SELECT, INSERT, DELETE ON bank_holidays TO rtp_applications_operator;
    GRANT SELECT, INSERT ON recommendation_updates TO rtp_applications_operator;
    GRANT SELECT (state, content), UPDATE (look_at) ON case_deadlines TO rtp_applications_operator;
    GRANT SELECT (id) ON cases TO rtp_applications_operator;
"""
