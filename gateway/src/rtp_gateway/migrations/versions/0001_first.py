"""Clients, the feed, subscriptions and deliveries, and the messaging tables."""

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
OWN_ROWS = f"ARRAY['client:' || client_id, 'system'] && {CURRENT_IDENTITIES}"


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
    _attempts()
    _calls()


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
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("about", JSONB(), nullable=False),
        sa.Column("correlation_id", TEXT),
        sa.Column("recorded_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("erased_at", INSTANT),
        sa.PrimaryKeyConstraint("position", name="pk_events"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
    )
    op.create_index("ix_events_readers", "events", ["readers"], postgresql_using="gin")
    op.create_index("ix_events_type_position", "events", ["type", "position"])
    op.create_index("ix_events_case_id_source_sequence", "events", ["case_id", "source", "sequence"])
    op.create_index("ix_events_correlation_id", "events", ["correlation_id"])
    op.create_index("ix_events_recorded_at", "events", ["recorded_at"], postgresql_where=sa.text("erased_at IS NULL"))
    # Positions must become visible in order: whoever has read up to N must never miss a smaller one that commits later.
    # So one transaction at a time draws one, and holds the lock until it has committed. A trigger before the statement,
    # because then no writer can forget it, and the sequence is asked after it. Little is lost by the line that forms:
    # the transaction is short, and NOTIFY makes committing transactions queue in any case. The other way, to show only
    # what is older than the oldest transaction under way (pg_snapshot_xmin), would stop the feed behind any long one
    # in the whole cluster.
    op.execute(
        build_script(f"""
        CREATE FUNCTION events_in_order() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock({0x52_54_50_03}); RETURN NULL; END $$;
        CREATE TRIGGER events_in_order BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION events_in_order();
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON events USING (readers && {CURRENT_IDENTITIES});
        REVOKE UPDATE, DELETE, TRUNCATE ON events FROM rtp_gateway_app;
        CREATE FUNCTION events_notify() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_notify('events', ''); RETURN NULL; END $$;
        CREATE TRIGGER events_notify AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION events_notify();
        """)
    )
    # The one change that an event may see: its data goes, its attributes and its hash stay. The application's role
    # cannot change events otherwise, so it does this with the owner's rights.
    op.execute(
        build_script("""
        CREATE FUNCTION erase_event(erased_position bigint, thin bytea, at timestamptz) RETURNS void
            LANGUAGE sql SECURITY DEFINER SET search_path = public
            AS $$ UPDATE events SET body = thin, erased_at = at
                  WHERE position = erased_position AND erased_at IS NULL $$;
        REVOKE ALL ON FUNCTION erase_event FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION erase_event TO rtp_gateway_app;
        """)
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), server_default=sa.func.uuidv7(), nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("acts_as", ARRAY(TEXT), nullable=False),
        sa.Column("protocol", sa.String(64), nullable=False),
        sa.Column("sink", TEXT, nullable=False),
        sa.Column("source", TEXT),
        sa.Column("types", ARRAY(TEXT), nullable=False),
        sa.Column("filters", JSONB(), nullable=False),
        sa.Column("config", JSONB(), nullable=False),
        sa.Column("payload", sa.String(64), nullable=False),
        sa.Column("settings", JSONB(), nullable=False),
        sa.Column("description", TEXT),
        sa.Column("sealed_keys", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", TEXT, nullable=False),
        sa.Column("old_keys_until", INSTANT),
        sa.Column("sealed_credential", sa.LargeBinary()),
        sa.Column("credential_type", TEXT),
        sa.Column("on_sink_change", sa.String(64), nullable=False),
        sa.Column("sink_version", sa.Integer(), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        sa.Column("rate_per_minute", sa.Integer()),
        sa.Column("paced_until", INSTANT),
        sa.Column("consent_hash", sa.LargeBinary()),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_hash", TEXT),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", INSTANT),
        sa.Column("rests_until", INSTANT),
        sa.Column("disabled_at", INSTANT),
        sa.Column("probe_at", INSTANT),
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
        build_script(f"""
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
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_failed_at", INSTANT),
        sa.Column("under_way", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("attempted_at", INSTANT),
        sa.Column("settled_at", INSTANT),
        sa.Column("last_status", sa.Integer()),
        sa.Column("last_error", TEXT),
        sa.PrimaryKeyConstraint("subscription_id", "position", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_deliveries_subscription_id"),
        sa.ForeignKeyConstraint(["position"], ["events.position"], name="fk_deliveries_position"),
    )
    due = sa.text("state = 'pending' AND next_attempt_at IS NOT NULL")
    op.create_index(
        "ix_deliveries_due", "deliveries", ["subscription_id", "next_attempt_at", "position"], postgresql_where=due
    )
    op.create_index("ix_deliveries_next", "deliveries", ["next_attempt_at"], postgresql_where=due)
    op.create_index(
        "ix_deliveries_line",
        "deliveries",
        ["subscription_id", "case_id", "position"],
        postgresql_where=sa.text("state IN ('pending', 'dead')"),
    )
    op.execute(
        build_script(f"""
        CREATE FUNCTION deliveries_notify_made() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_notify('deliveries', '') FROM made LIMIT 1; RETURN NULL; END $$;
        CREATE TRIGGER deliveries_notify AFTER INSERT ON deliveries REFERENCING NEW TABLE AS made
            FOR EACH STATEMENT EXECUTE FUNCTION deliveries_notify_made();
        ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON deliveries USING ({OWN_ROWS});
        REVOKE DELETE, TRUNCATE ON deliveries FROM rtp_gateway_app;
        """)
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ms", sa.Float(), nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", TEXT),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("answer", TEXT),
        sa.Column("sink_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", "position", "attempt", name="pk_attempts"),
    )
    op.create_index("ix_attempts_at", "attempts", ["at"])
    op.create_index("ix_attempts_subscription_id_at", "attempts", ["subscription_id", "at"])
    op.execute(
        build_script(f"""
        ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON attempts USING ({OWN_ROWS});
        REVOKE TRUNCATE ON attempts FROM rtp_gateway_app;
        """)
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), server_default=sa.func.uuidv7(), nullable=False),
        sa.Column("correlation_id", TEXT, nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ms", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_correlation_id", "calls", ["correlation_id"])
    op.create_index("ix_calls_at", "calls", ["at"])
    op.execute(
        build_script(f"""
        ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON calls USING ({OWN_ROWS});
        REVOKE UPDATE, TRUNCATE ON calls FROM rtp_gateway_app;
        """)
    )
