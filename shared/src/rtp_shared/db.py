"""Database access: one request or message, one transaction, opened and closed at the edge."""

import enum
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    DateTime,
    Enum,
    MetaData,
    Row,
    Select,
    Text,
    Uuid,
    event,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session

from rtp_shared.readers import SYSTEM as SYSTEM

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TYPES: dict[Any, Any] = {
    str: Text(),
    datetime: DateTime(timezone=True),
    uuid.UUID: Uuid(),
    list[str]: ARRAY(Text()),
    dict[str, Any]: JSONB(),
    list[dict[str, Any]]: JSONB(),
    # Enums are stored as the text of their value, never as a native type or a member's name.
    enum.Enum: Enum(
        enum.Enum,
        native_enum=False,
        create_constraint=False,
        length=64,
        values_callable=lambda kind: [member.value for member in kind],
    ),
}


class Base(DeclarativeBase):
    """Each service derives its own base from this one, with its own metadata."""

    __abstract__ = True
    type_annotation_map = TYPES


def new_metadata() -> MetaData:
    return MetaData(naming_convention=NAMING)


def visible_to(column: Any, readers: Sequence[str] | BindParameter[Any]) -> ColumnElement[bool]:
    """The first wall: rows whose `readers` name one of these. Row-level security is the second."""
    condition: ColumnElement[bool] = column.overlap(readers if isinstance(readers, BindParameter) else list(readers))
    return condition


def driver_url(url: str) -> URL:
    """A plain `postgresql://` URL with the driver we use."""
    return make_url(url).set(drivername="postgresql+asyncpg")


_ENTER = "SELECT set_config('rtp.readers', $1, true)"
_ENTER_READ_ONLY = "SELECT set_config('transaction_read_only', 'on', true), set_config('rtp.readers', $1, true)"


class _Entered(Session):
    """A session whose transaction begins, with its first statement, by saying as whom it reads and writes."""


@event.listens_for(_Entered, "after_begin")
def _enter(session: Session, _: object, connection: Connection) -> None:
    connection.exec_driver_sql(_ENTER_READ_ONLY if session.info["read_only"] else _ENTER, (session.info["readers"],))
    session.info["driver"] = connection.connection.driver_connection


async def driver(session: AsyncSession) -> Any:
    """The driver's own connection (asyncpg), inside the session's transaction.

    For the plumbing's fixed statements, which every write executes: they take a third of the time that they would take
    through SQLAlchemy (docs/adr/0002). The domain has no use for it.
    """
    if "driver" not in session.info:
        await session.connection()
    return session.info["driver"]


async def become(session: AsyncSession, readers: Sequence[str]) -> None:
    """From here on in this transaction, read and write as these: once a row was shown to be the caller's to change."""
    await (await driver(session)).execute(_ENTER, " ".join(readers))


LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises where its connection is lost: whoever holds one of its own starts anew."""
_AWAY = (
    *(OSError, TimeoutError, OperationalError, InterfaceError, PoolTimeout),
    *(asyncpg.InterfaceError, asyncpg.InternalClientError),
)
_AWAY_STATES = ("08", "40", "53", "57")
"""Classes of SQLSTATE: connection exception, transaction rollback (two that waited for each other), insufficient
resources, operator intervention (such as shutting down)."""


def is_away(error: BaseException) -> bool:
    """Whether the database cannot be reached, has no room or had to undo it: no fault of what was asked of it."""
    if isinstance(error, _AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    # While connecting, asyncpg's own errors come through as they are.
    return sqlstate(error)[:2] in _AWAY_STATES


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's code for the error; empty for any other error."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(cause, "sqlstate", None) or "")


_SERVER_SETTINGS = {
    "timezone": "UTC",
    "application_name": "rtp",
    # A process that freezes inside a transaction must not hold its locks for ever.
    "idle_in_transaction_session_timeout": "60s",
}


def describe(error: BaseException) -> str:
    """The kind of error, for a log: its text may quote what was to be stored."""
    return " ".join(filter(None, (type(error).__name__, sqlstate(error))))


class Database:
    """The connection pool of one process, and its transactions."""

    def __init__(self, url: str, *, pool_size: int = 10, connect_args: dict[str, Any] | None = None) -> None:
        self.url = driver_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            pool_use_lifo=True,
            hide_parameters=True,  # errors are logged, and parameters are what people wrote
            connect_args={"server_settings": _SERVER_SETTINGS, **(connect_args or {})},
        )

    @asynccontextmanager
    async def transaction(
        self, readers: Sequence[str] = SYSTEM, *, read_only: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """A session in a transaction that acts as `readers`; commits at the end, rolls back on error."""
        async with AsyncSession(
            self.engine,
            sync_session_class=_Entered,
            expire_on_commit=False,
            autoflush=False,
            info={"readers": " ".join(readers), "read_only": read_only},
        ) as session:
            yield session
            await session.commit()

    async def close(self) -> None:
        await self.engine.dispose()
