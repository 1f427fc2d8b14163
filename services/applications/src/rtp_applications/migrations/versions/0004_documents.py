"""Documents of a case, and the versions of each. A version is never replaced: the service's role cannot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rtp_applications.sides_sql import IS_GROUP_CLIENT, IS_ON_BODIES_SIDE, IS_SYSTEM
from rtp_shared.messaging_tables import build_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
ENUM = sa.String(64)
DRAFTS_SEEN = f"(c.submitted_at IS NULL OR {IS_GROUP_CLIENT} OR {IS_SYSTEM})"
"""What the group replaced or withdrew in its draft is told to nobody else when the case is submitted."""


def upgrade() -> None:
    _documents()
    _versions()
    op.execute(
        build_script(f"""
        ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_case_seen ON documents USING (EXISTS (
            SELECT FROM cases c WHERE c.id = case_id AND (
                {IS_ON_BODIES_SIDE}
                OR (audience = 'everybody' AND ({IS_GROUP_CLIENT} OR confidentiality IN ('public', 'internal')))
            ) AND (disclosed_from IS NOT NULL OR {DRAFTS_SEEN})));
        ALTER TABLE document_versions ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_document_seen ON document_versions
            USING (EXISTS (SELECT FROM documents d JOIN cases c ON c.id = d.case_id WHERE d.id = document_id AND (
                document_versions.version >= d.disclosed_from OR {DRAFTS_SEEN})));
        REVOKE DELETE, TRUNCATE ON documents FROM rtp_applications_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON document_versions FROM rtp_applications_app;
        GRANT UPDATE (scan, scan_signature, scanned_at, frozen_at) ON document_versions TO rtp_applications_app;
        """)  # noqa: S608 - of our own words
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", ENUM, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("confidentiality", ENUM, nullable=False),
        sa.Column("foi_exempt", sa.Boolean(), nullable=False),
        sa.Column("exemption", TEXT),
        sa.Column("audience", ENUM, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frozen_version", sa.Integer()),
        sa.Column("disclosed_from", sa.Integer()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_documents_case_id"),
    )
    op.create_index("ix_documents_case_id_id", "documents", ["case_id", "id"])


def _versions() -> None:
    op.create_table(
        "document_versions",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.Uuid()),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("scan", ENUM, nullable=False),
        sa.Column("scan_signature", TEXT),
        sa.Column("scanned_at", INSTANT, nullable=False),
        sa.Column("uploaded_by", JSONB(), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("frozen_at", INSTANT),
        sa.PrimaryKeyConstraint("document_id", "version", name="pk_document_versions"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_document_versions_document_id"),
        sa.UniqueConstraint("storage_key", name="uq_document_versions_storage_key"),
    )
    op.create_index(
        "ix_document_versions_scanned_at",
        "document_versions",
        ["scanned_at"],
        postgresql_where=sa.text("scan = 'awaiting'"),
    )
