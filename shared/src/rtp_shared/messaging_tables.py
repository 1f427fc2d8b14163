"""The three tables that every service has: outbox, inbox and stored answers. Migrations create them by `create`."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.db import NAMING

metadata = MetaData(naming_convention=NAMING)

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("readers", ARRAY(Text), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("retry_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
    Index("ix_outbox_waiting", "position", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_waiting_by_case", "case_id", "position", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_published_at", "published_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

stored_answers = Table(
    "stored_answers",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_stored_answers_stored_at", "stored_at"),
)


def build_script(statements: str) -> str:
    """Several statements as one, for `op.execute`: the driver takes only one at a time."""
    return f"DO $script$ BEGIN {statements} END $script$"


# Frozen: this is what the first migrations ran. A change of the tables above needs a new constant and new migrations.
CREATE_1 = build_script("""
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_outbox PRIMARY KEY,
    event_id uuid NOT NULL CONSTRAINT uq_outbox_event_id UNIQUE,
    type text NOT NULL,
    case_id uuid NOT NULL,
    readers text[] NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz
);
CREATE INDEX ix_outbox_waiting ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX ix_outbox_waiting_by_case ON outbox (case_id, position) WHERE published_at IS NULL;
CREATE INDEX ix_outbox_published_at ON outbox (published_at);
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();

CREATE TABLE inbox (
    event_id uuid CONSTRAINT pk_inbox PRIMARY KEY,
    type text NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE stored_answers (
    client_id text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_stored_answers PRIMARY KEY (client_id, key)
);
CREATE INDEX ix_stored_answers_stored_at ON stored_answers (stored_at);
ALTER TABLE stored_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_answers ON stored_answers USING (
    ('client:' || client_id) = ANY (string_to_array(current_setting('rtp.readers', true), ' '))
    OR 'system' = ANY (string_to_array(current_setting('rtp.readers', true), ' '))
);
""")

CURRENT_IDENTITIES = "string_to_array(current_setting('rtp.readers', true), ' ')"
"""SQL: who the present transaction acts for. Not a sub-select: the planner guesses badly behind one, and sorts all."""
