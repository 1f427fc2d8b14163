"""Bodies, cases, and the messaging tables, with row-level security on cases from the start."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import CREATE_1, CURRENT_IDENTITIES, build_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute(CREATE_1)
    _bodies()
    _cases()
    op.execute(
        build_script(f"""
        ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON cases USING (readers && {CURRENT_IDENTITIES});
        REVOKE DELETE ON cases FROM rtp_applications_app;
        """)
    )


def _bodies() -> None:
    op.create_table(
        "regions",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_regions"),
    )
    op.create_table(
        "bank_holidays",
        sa.Column("division", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("division", "day", name="pk_bank_holidays"),
    )
    op.create_table(
        "bodies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("nation", TEXT, nullable=False),
        sa.Column("region", TEXT),
        sa.Column("opened_on", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("successor_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_bodies"),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["bodies.id"], name="fk_bodies_successor_id", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_bodies_name", "bodies", [sa.text("lower(name)")])
    op.create_table(
        "body_identifiers",
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("reference", TEXT, sa.Computed("scheme || '-' || value", persisted=True), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("body_id", "scheme", "value", name="pk_body_identifiers"),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name="fk_body_identifiers_body_id"),
    )
    op.create_index("ix_body_identifiers_reference", "body_identifiers", ["reference"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("route", sa.String(64), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_hash", TEXT),
        sa.Column("opened_by", TEXT, nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        *(sa.Column(name, sa.Uuid()) for name in ("employer_id", "commissioner_id", "decision_body_id")),
        *(sa.Column(name, TEXT) for name in ("region", "service_name", "summary")),
        sa.Column("sector", sa.String(64)),
        sa.Column("applicant_count", sa.Integer()),
        sa.Column("headcount", sa.Integer()),
        sa.Column("legal_form", sa.String(64)),
        sa.Column("annual_value_pence", sa.BigInteger()),
        sa.Column("finance_sought_pence", sa.BigInteger()),
        sa.Column("finance_purposes", ARRAY(TEXT), nullable=False),
        sa.Column("support_needs", ARRAY(TEXT), nullable=False),
        sa.Column("conflicts_declared", sa.Boolean(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("withdrawal_reason", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
        *(
            sa.ForeignKeyConstraint([f"{role}_id"], ["bodies.id"], name=f"fk_cases_{role}_id")
            for role in ("employer", "commissioner", "decision_body")
        ),
    )
    op.create_index(
        "ix_cases_readers", "cases", ["readers"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )
    op.create_index("ix_cases_employer_id_id", "cases", ["employer_id", "id"])
    op.create_index("ix_cases_status_id", "cases", ["status", "id"])
