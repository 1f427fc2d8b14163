"""Advisers, support requests, proposals, and the messaging tables, with row-level security from the start."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CREATE_1, CURRENT_IDENTITIES, build_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute(CREATE_1)
    _advisers()
    _support_requests()
    _proposals()
    op.execute(
        build_script(f"""
        ALTER TABLE support_requests ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON support_requests USING (readers && {CURRENT_IDENTITIES});
        ALTER TABLE proposals ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON proposals USING (readers && {CURRENT_IDENTITIES});
        REVOKE DELETE ON advisers, support_requests FROM rtp_advice_matching_app;
        REVOKE UPDATE, DELETE ON proposals FROM rtp_advice_matching_app;
        """)
    )


def _advisers() -> None:
    op.create_table(
        "advisers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("network_name", TEXT, nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_example", "active")),
        *(sa.Column(name, ARRAY(TEXT), nullable=False) for name in ("sectors", "regions")),
        sa.Column("remote", sa.Boolean(), nullable=False),
        *(sa.Column(name, ARRAY(TEXT), nullable=False) for name in ("topics", "stages", "legal_forms")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("capacity", "engaged")),
        sa.Column("conflicts", ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_advisers"),
        sa.CheckConstraint("capacity >= 0", name="ck_advisers_capacity"),
        sa.CheckConstraint("engaged >= 0", name="ck_advisers_engaged"),
    )
    op.create_index("ix_advisers_name_id", "advisers", ["name", "id"])


def _support_requests() -> None:
    op.create_table(
        "support_requests",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.Text()),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        *(sa.Column(name, TEXT) for name in ("number", "route", "stage", "sector", "region")),
        *(sa.Column(name, sa.Uuid()) for name in ("employer_id", "commissioner_id", "decision_body_id")),
        sa.Column("headcount", sa.Integer()),
        sa.Column("legal_form", TEXT),
        sa.Column("topics", ARRAY(TEXT), nullable=False),
        sa.Column("not_proposed", JSONB(), nullable=False),
        sa.Column("agreed_adviser_id", sa.Uuid()),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("proposed_at", "agreed_at", "closed_at")),
        sa.PrimaryKeyConstraint("id", name="pk_support_requests"),
        sa.UniqueConstraint("case_id", name="uq_support_requests_case_id"),
        sa.ForeignKeyConstraint(["agreed_adviser_id"], ["advisers.id"], name="fk_support_requests_agreed_adviser_id"),
    )
    op.create_index("ix_support_requests_readers", "support_requests", ["readers"], postgresql_using="gin")
    op.create_index("ix_support_requests_status_id", "support_requests", ["status", "id"])


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("parts", JSONB(), nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "adviser_id", name="pk_proposals"),
        sa.ForeignKeyConstraint(["request_id"], ["support_requests.id"], name="fk_proposals_request_id"),
        sa.ForeignKeyConstraint(["adviser_id"], ["advisers.id"], name="fk_proposals_adviser_id"),
    )
