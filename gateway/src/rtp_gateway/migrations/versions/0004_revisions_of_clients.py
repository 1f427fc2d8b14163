"""Revisions of clients, by which a process learns of changes; when a subscriber's queue was closed to its owner.

A process that runs the former code goes on as before: the trigger gives its registrations their revision, and the new
columns have defaults. It does not learn of revocations until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import build_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LOCK = 0x52_54_50_04


def upgrade() -> None:
    op.add_column("clients", sa.Column("revision", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_clients_revision", "clients", ["revision"])
    # Revisions must become visible in order, or whoever has read up to N would miss a smaller one that commits later:
    # one transaction at a time changes clients. Clients change rarely, and by hand.
    op.execute(
        build_script(f"""
        CREATE FUNCTION clients_revise() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            NEW.revision := (SELECT coalesce(max(revision), 0) + 1 FROM clients);
            RETURN NEW;
        END $$;
        CREATE TRIGGER clients_revise BEFORE INSERT OR UPDATE ON clients
            FOR EACH ROW EXECUTE FUNCTION clients_revise();
        CREATE FUNCTION clients_stay() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'a client is deactivated, never deleted: its tokens would hold on'; END $$;
        CREATE TRIGGER clients_stay BEFORE DELETE OR TRUNCATE ON clients
            FOR EACH STATEMENT EXECUTE FUNCTION clients_stay();
        """)  # noqa: S608 - a constant of ours
    )
    op.add_column("subscriptions", sa.Column("queue_closed_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_subscriptions_queues",
        "subscriptions",
        ["client_id"],
        postgresql_where=sa.text("protocol = 'AMQP' AND status <> 'ended'"),
    )
