"""Clients, the feed, subscriptions and deliveries, and the plumbing tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.plumbing import CREATE_1, ROW_READERS, script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
OWN_ROWS = f"ARRAY['client:' || client_id, 'system'] && {ROW_READERS}"


def upgrade() -> None:
    op.execute(CREATE_1)
    op.create_table(
        "clients",
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", ARRAY(TEXT), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_clients"),
        # A blank in an id would make two readers of one client.
        sa.CheckConstraint("client_id ~ '^[a-z0-9][a-z0-9-]{2,62}$'", name="ck_clients_client_id"),
    )
    _events()
    _subscriptions()
    _deliveries()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("readers", ARRAY(TEXT), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_events"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
    )
    op.create_index("ix_events_readers", "events", ["readers"], postgresql_using="gin")
    op.create_index("ix_events_type_position", "events", ["type", "position"])
    # Positions must become visible in order: whoever has read up to N must never miss a smaller one that commits later.
    # So one transaction at a time draws one, and holds the lock until it has committed. A trigger before the statement,
    # because then no writer can forget it, and the sequence is asked after it. Little is lost by the line that forms:
    # the transaction is short, and NOTIFY makes committing transactions queue in any case. The other way, to show only
    # what is older than the oldest transaction under way (pg_snapshot_xmin), would stop the feed behind any long one
    # in the whole cluster.
    op.execute(
        script(f"""
        CREATE FUNCTION events_in_order() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock({0x52_54_50_03}); RETURN NULL; END $$;
        CREATE TRIGGER events_in_order BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION events_in_order();
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON events USING (readers && {ROW_READERS});
        REVOKE UPDATE, DELETE, TRUNCATE ON events FROM rtp_gateway_app;
        """)
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), server_default=sa.func.uuidv7(), nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("acts_as", ARRAY(TEXT), nullable=False),
        sa.Column("sink", TEXT, nullable=False),
        sa.Column("types", ARRAY(TEXT), nullable=False),
        sa.Column("description", TEXT),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("failing_since", INSTANT),
        sa.Column("rests_until", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.client_id"], name="fk_subscriptions_client_id"),
    )
    op.create_index("ix_subscriptions_client_id_id", "subscriptions", ["client_id", "id"])
    op.create_index(
        "ix_subscriptions_acts_as",
        "subscriptions",
        ["acts_as"],
        postgresql_using="gin",
        postgresql_where=sa.text("status <> 'ended'"),
    )
    op.execute(
        script(f"""
        CREATE FUNCTION deliveries_notify() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_notify('deliveries', ''); RETURN NULL; END $$;
        CREATE TRIGGER subscriptions_notify AFTER UPDATE OF status, sink ON subscriptions
            FOR EACH STATEMENT EXECUTE FUNCTION deliveries_notify();
        ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON subscriptions USING ({OWN_ROWS});
        REVOKE DELETE, TRUNCATE ON subscriptions FROM rtp_gateway_app;
        """)
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("state", sa.String(64), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("attempted_at", INSTANT),
        sa.Column("last_status", sa.Integer()),
        sa.Column("last_error", TEXT),
        sa.PrimaryKeyConstraint("subscription_id", "position", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_deliveries_subscription_id"),
        sa.ForeignKeyConstraint(["position"], ["events.position"], name="fk_deliveries_position"),
    )
    waits = "state = 'pending'"
    due = sa.text(f"{waits} AND next_attempt_at IS NOT NULL")
    op.create_index(
        "ix_deliveries_due", "deliveries", ["subscription_id", "next_attempt_at", "position"], postgresql_where=due
    )
    op.create_index("ix_deliveries_next", "deliveries", ["next_attempt_at"], postgresql_where=due)
    op.create_index(
        "ix_deliveries_line",
        "deliveries",
        ["subscription_id", "case_id", "position"],
        postgresql_where=sa.text(waits),
    )
    op.execute(
        script(f"""
        CREATE FUNCTION deliveries_notify_made() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_notify('deliveries', '') FROM made LIMIT 1; RETURN NULL; END $$;
        CREATE TRIGGER deliveries_notify AFTER INSERT ON deliveries REFERENCING NEW TABLE AS made
            FOR EACH STATEMENT EXECUTE FUNCTION deliveries_notify_made();
        ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON deliveries USING ({OWN_ROWS});
        REVOKE DELETE, TRUNCATE ON deliveries FROM rtp_gateway_app;
        """)
    )
