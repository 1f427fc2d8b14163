"""What stands in staff groups' way, and the public register of decisions.

Old code must run on the new tables: add first, take away in a later release.
"""

import sqlalchemy as sa
from alembic import op

from rtp_applications.sides_sql import IS_GROUP_CLIENT, IS_OF_NAMED_BODY, IS_SYSTEM
from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
ENUM = sa.String(64)

UNDISCLOSED_SEEN = f"""(
    {IS_SYSTEM}
    OR {IS_GROUP_CLIENT}
    OR (NOT ({IS_OF_NAMED_BODY}) AND (
        b.holder = ANY ({CURRENT_IDENTITIES})
        OR ('scope:cases:oversee' = ANY ({CURRENT_IDENTITIES}) AND c.submitted_at IS NOT NULL))))
"""
"""The reporting side, and the central team once the case is submitted; no body, whatever else its client may be."""


def upgrade() -> None:
    _barriers()
    _decisions()
    # Row-level security of cases holds in the sub-selects too, and that of barriers in the one of their changes.
    undisclosed = UNDISCLOSED_SEEN.replace("b.holder", "barriers.holder")
    op.execute(
        build_script(f"""
        ALTER TABLE barriers ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_case_seen ON barriers USING (EXISTS (
            SELECT FROM cases c WHERE c.id = barriers.case_id AND (barriers.disclosed OR {undisclosed})));
        CREATE POLICY disclosed_is_counted ON barriers FOR SELECT USING (
            disclosed AND 'counts:barriers' = ANY ({CURRENT_IDENTITIES}));
        ALTER TABLE barrier_changes ENABLE ROW LEVEL SECURITY;
        CREATE POLICY of_a_barrier_seen ON barrier_changes USING (EXISTS (
            SELECT FROM barriers b JOIN cases c ON c.id = b.case_id
            WHERE b.id = barrier_changes.barrier_id AND (barrier_changes.disclosed OR {UNDISCLOSED_SEEN})));
        REVOKE DELETE, TRUNCATE ON barriers, published_decisions FROM rtp_applications_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON barrier_changes FROM rtp_applications_app;
        ALTER TABLE published_decisions ENABLE ROW LEVEL SECURITY;
        CREATE POLICY everybody_reads ON published_decisions FOR SELECT USING (true);
        CREATE POLICY the_service_writes ON published_decisions USING ({IS_SYSTEM});
        """)  # noqa: S608 - of our own words
    )


def _barriers() -> None:
    op.create_table(
        "barriers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reported_by", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("reported_as", ENUM, nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("kind", ENUM, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("body_id", sa.Uuid()),
        sa.Column("asked_of", TEXT),
        sa.Column("due_on", sa.Date()),
        sa.Column("disclosed", sa.Boolean(), nullable=False),
        sa.Column("disclosed_at", INSTANT),
        sa.Column("state", ENUM, nullable=False),
        sa.Column("answer", TEXT),
        sa.Column("answered_at", INSTANT),
        sa.Column("outcome", TEXT),
        sa.Column("closed_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_barriers"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_barriers_case_id"),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name="fk_barriers_body_id"),
    )
    op.create_index("ix_barriers_case_id", "barriers", ["case_id"])
    op.create_index("ix_barriers_body_id_kind", "barriers", ["body_id", "kind"], postgresql_where=sa.text("disclosed"))
    op.create_table(
        "barrier_changes",
        sa.Column("barrier_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("role", ENUM),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("state", ENUM, nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("note", TEXT),
        sa.Column("disclosed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("barrier_id", "version", name="pk_barrier_changes"),
        sa.ForeignKeyConstraint(["barrier_id"], ["barriers.id"], name="fk_barrier_changes_barrier_id"),
    )


def _decisions() -> None:
    op.create_table(
        "published_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("number", TEXT),
        sa.Column("body_id", sa.Uuid()),
        sa.Column("route", ENUM, nullable=False),
        sa.Column("service_name", TEXT),
        sa.Column("region", TEXT),
        sa.Column("sector", ENUM),
        sa.Column("decision", ENUM, nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("ground", ENUM),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("conditions", sa.Integer(), nullable=False),
        sa.Column("appeal", ENUM),
        sa.Column("overturned", ENUM),
        sa.Column("overturned_on", sa.Date()),
        sa.Column("superseded_by", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_published_decisions"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_published_decisions_case_id"),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name="fk_published_decisions_body_id"),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["published_decisions.id"], name="fk_published_decisions_superseded_by"
        ),
    )
    op.create_index("ix_published_decisions_case_id", "published_decisions", ["case_id"])
    op.create_index("ix_published_decisions_published_at_id", "published_decisions", ["published_at", "id"])
    op.create_index("ix_published_decisions_body_id", "published_decisions", ["body_id"])
