"""Contract notices, by the Open Contracting Data Standard, how they were loaded, and which cases they concern.

Processes of the release before go on: nothing of theirs is touched. Cases that were submitted before are watched from
their next event that tells who sees them; those that end before are not.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text()
WORD = sa.String(64)
DAY = sa.Date()
TIME = sa.DateTime(timezone=True)
WHOLE = sa.BigInteger()


def upgrade() -> None:
    _create_releases()
    _create_notices()
    _create_contracts()
    _create_loads()
    _create_watches()
    _create_findings()
    op.execute(
        build_script(f"""
        GRANT SELECT ON notices, notice_contracts TO rtp_finance_directory_web, rtp_finance_directory_worker;
        GRANT SELECT, INSERT, UPDATE ON notice_releases, notices TO rtp_finance_directory_operator;
        GRANT SELECT, INSERT, DELETE ON notice_contracts TO rtp_finance_directory_operator;
        GRANT SELECT, INSERT, TRUNCATE ON incoming_notice_releases TO rtp_finance_directory_operator;
        GRANT SELECT, INSERT, UPDATE, DELETE ON notice_loads TO rtp_finance_directory_operator;
        GRANT SELECT, INSERT, DELETE ON notice_problems TO rtp_finance_directory_operator;
        ALTER TABLE case_watches ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON case_watches USING (readers && {CURRENT_IDENTITIES});
        ALTER TABLE case_notices ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON case_notices USING (EXISTS (
            SELECT FROM case_watches
            WHERE case_watches.case_id = case_notices.case_id AND case_watches.readers && {CURRENT_IDENTITIES}
        ));
        ALTER TABLE case_contracts ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON case_contracts USING (EXISTS (
            SELECT FROM case_watches
            WHERE case_watches.case_id = case_contracts.case_id AND case_watches.readers && {CURRENT_IDENTITIES}
        ));
        GRANT SELECT ON case_watches, case_notices TO rtp_finance_directory_web;
        GRANT SELECT, INSERT, UPDATE ON case_watches, case_notices TO rtp_finance_directory_worker;
        GRANT SELECT, INSERT ON case_contracts TO rtp_finance_directory_worker;
        """)  # noqa: S608 - nothing in it comes from outside
    )


def _list_release_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ocid", TEXT, nullable=False),
        sa.Column("release_id", TEXT, nullable=False),
        sa.Column("modified_at", TIME, nullable=False),
        sa.Column("document", JSONB(), nullable=False),
    ]


def _create_releases() -> None:
    op.create_table(
        "notice_releases", *_list_release_columns(), sa.PrimaryKeyConstraint("id", name="pk_notice_releases")
    )
    op.create_index("ix_notice_releases_ocid", "notice_releases", ["ocid", "modified_at", "release_id"])
    op.create_table(
        "incoming_notice_releases",
        *_list_release_columns(),
        sa.Column("row_number", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incoming_notice_releases"),
        prefixes=["UNLOGGED"],
    )


def _create_notices() -> None:
    lists = ("notice_types", "reserved", "reserved_lots", "cpv", "cpv_prefixes", "regions")
    op.create_table(
        "notices",
        sa.Column("ocid", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("digest", "title", "description")),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("tender_status", TEXT),
        *(sa.Column(name, ARRAY(TEXT), nullable=False) for name in lists),
        *(sa.Column(name, TEXT) for name in ("buyer_id", "buyer_name")),
        sa.Column("buyer_body", sa.Uuid()),
        *(sa.Column(name, TEXT) for name in ("buyer_known_by", "currency")),
        *(sa.Column(name, WHOLE) for name in ("value_pence", "gross_value_pence")),
        *(sa.Column(name, TEXT) for name in ("category", "procurement_method", "procurement_details")),
        *(sa.Column(name, DAY) for name in ("closes_on", "starts_on", "ends_on", "extendable_until")),
        *(sa.Column(name, TIME, nullable=False) for name in ("published_at", "changed_at")),
        sa.Column("releases", sa.Integer(), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("ocid", name="pk_notices"),
    )
    op.create_index("ix_notices_changed_at", "notices", ["changed_at", "ocid"])
    op.create_index("ix_notices_cpv_prefixes", "notices", ["cpv_prefixes", "regions"], postgresql_using="gin")
    op.create_index("ix_notices_buyer_body", "notices", ["buyer_body"])
    op.create_index("ix_notices_buyer_id", "notices", ["buyer_id"])


def _create_contracts() -> None:
    op.create_table(
        "notice_contracts",
        *(sa.Column(name, TEXT, nullable=False) for name in ("ocid", "key", "award_id")),
        *(sa.Column(name, TEXT) for name in ("contract_id", "title", "status")),
        sa.Column("over", sa.Boolean(), nullable=False),
        *(sa.Column(name, ARRAY(TEXT), nullable=False) for name in ("suppliers", "supplier_ids")),
        sa.Column("to_mutual", sa.Boolean()),
        sa.Column("currency", TEXT),
        sa.Column("value_pence", WHOLE),
        *(sa.Column(name, DAY) for name in ("awarded_on", "starts_on", "ends_on", "extendable_until")),
        sa.Column("may_be_extended", sa.Boolean()),
        sa.PrimaryKeyConstraint("ocid", "key", name="pk_notice_contracts"),
    )
    op.create_index("ix_notice_contracts_ends_on", "notice_contracts", ["ends_on", "ocid", "key"])


def _create_loads() -> None:
    op.create_table(
        "notice_loads",
        *(sa.Column(name, TEXT, nullable=False) for name in ("digest", "source")),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("items", WHOLE, nullable=False),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("counts", "broken_rules", "left_out")),
        sa.PrimaryKeyConstraint("digest", name="pk_notice_loads"),
    )
    op.create_table(
        "notice_problems",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row_number", WHOLE, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("field", "rule", "wrong", "right")),
        sa.PrimaryKeyConstraint("digest", "number", name="pk_notice_problems"),
    )


def _create_watches() -> None:
    op.create_table(
        "case_watches",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, TEXT) for name in ("route", "sector", "region")),
        *(sa.Column(name, sa.Uuid()) for name in ("employer", "commissioner", "decision_body")),
        sa.Column("annual_value_pence", WHOLE),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("case_sequence", "sequence")),
        sa.Column("event_hash", TEXT),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_watches"),
    )
    op.create_index("ix_case_watches_readers", "case_watches", ["readers"], postgresql_using="gin")


def _create_findings() -> None:
    op.create_table(
        "case_notices",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ocid", TEXT, nullable=False),
        sa.Column("verdict", WORD, nullable=False),
        sa.Column("findings", JSONB(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("notice_version", "facts_version")),
        sa.Column("judged_on", DAY, nullable=False),
        sa.Column("told", WORD),
        sa.PrimaryKeyConstraint("case_id", "ocid", name="pk_case_notices"),
        sa.ForeignKeyConstraint(["case_id"], ["case_watches.case_id"], name="fk_case_notices_case_id"),
    )
    op.create_table(
        "case_contracts",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("ocid", "key")),
        sa.Column("ends_on", DAY, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "ocid", "key", name="pk_case_contracts"),
        sa.ForeignKeyConstraint(["case_id"], ["case_watches.case_id"], name="fk_case_contracts_case_id"),
    )
