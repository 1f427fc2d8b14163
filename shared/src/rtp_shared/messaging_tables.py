"""The three tables that every service has: outbox, inbox and stored responses. Its first migration runs `CREATE_1`."""

from importlib.resources import files

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.db import NAMING

metadata = sa.MetaData(naming_convention=NAMING)
_WAITING = sa.text("published_at IS NULL")

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("case_id", sa.Uuid, nullable=False),
    sa.Column("readers", ARRAY(sa.Text), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("published_at", sa.DateTime(timezone=True)),
    sa.Index("ix_outbox_waiting", "position", postgresql_where=_WAITING),
    sa.Index("ix_outbox_waiting_by_case", "case_id", "position", postgresql_where=_WAITING),
    sa.Index("ix_outbox_published_at", "published_at"),
)
"""`case_id` is the id of an event's subject, whatever that is; the column keeps the name that it was made with."""

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

stored_answers = sa.Table(
    "stored_answers",
    metadata,
    sa.Column("client_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index("ix_stored_answers_stored_at", "stored_at"),
)


def build_script(statements: str) -> str:
    """Make one statement of several, for `op.execute`: the driver takes only one at a time."""
    return f"DO $script$ BEGIN {statements} END $script$"


CREATE_1 = build_script(files("rtp_shared").joinpath("messaging_tables_1.sql").read_text("utf-8"))

CURRENT_IDENTITIES = "string_to_array(current_setting('rtp.readers', true), ' ')"
"""SQL: the identities of the transaction. Not a sub-select: the planner guesses badly behind one, and sorts all."""
