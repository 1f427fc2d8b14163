"""Database access: a request or a message has one transaction, opened and closed outside of the commands."""

import enum
import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute, Session

from rtp_shared.identities import SYSTEM

log = logging.getLogger(__name__)

AnyRow: TypeAlias = sa.Row[*tuple[Any, ...]]
AnySelect: TypeAlias = sa.Select[*tuple[Any, ...]]

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TYPES: dict[object, object] = {
    str: sa.Text(),
    datetime: sa.DateTime(timezone=True),
    uuid.UUID: sa.Uuid(),
    list[str]: ARRAY(sa.Text()),
    dict[str, Any]: JSONB(),
    list[dict[str, Any]]: JSONB(),
    # Enums are stored as the text of their value, never as a native type or a member's name.
    enum.Enum: sa.Enum(
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


def new_metadata() -> sa.MetaData:
    return sa.MetaData(naming_convention=NAMING)


def visible_to(
    column: sa.ColumnElement[list[str]] | QueryableAttribute[list[str]],
    identities: Sequence[str] | sa.BindParameter[Any],
) -> sa.ColumnElement[bool]:
    """Return the condition that a row's readers include one of the identities; row-level security holds besides."""
    wanted = identities if isinstance(identities, sa.BindParameter) else list(identities)
    condition: sa.ColumnElement[bool] = column.overlap(wanted)
    return condition


def driver_url(url: str) -> URL:
    """Return a plain `postgresql://` URL with the driver that we use."""
    return make_url(url).set(drivername="postgresql+asyncpg")


_SET_IDENTITIES = "SELECT set_config('rtp.readers', $1, true)"
_SET_READ_ONLY = "SELECT set_config('transaction_read_only', 'on', true), set_config('rtp.readers', $1, true)"


class _IdentifiedSession(Session):
    """A session whose transaction tells PostgreSQL, before its first statement, the identities that it acts as."""


@sa.event.listens_for(_IdentifiedSession, "after_begin")
def _set_identities(session: Session, _: object, connection: sa.Connection) -> None:
    statement = _SET_READ_ONLY if session.info["read_only"] else _SET_IDENTITIES
    connection.exec_driver_sql(statement, (session.info["identities"],))
    session.info["driver"] = connection.connection.driver_connection


async def get_driver(session: AsyncSession) -> Any:
    """Return the driver's own connection (asyncpg), inside the session's transaction.

    It is for the fixed statements of messaging, which every write executes: they take a third of the time that they
    would take through SQLAlchemy (docs/adr/0002).
    """
    if "driver" not in session.info:
        await session.connection()
    return session.info["driver"]


@asynccontextmanager
async def identity_scope(session: AsyncSession, identities: Sequence[str], reason: str) -> AsyncIterator[None]:
    """Act as the given identities within the block, and as before after it.

    This is the one place where row-level security is left. `reason` says why the caller's own sight does not suffice.
    """
    before = session.info["identities"]
    await _act_as(session, " ".join(identities), reason)
    try:
        yield
    except BaseException:
        # After an error of a statement the transaction takes no other, and nothing more can be read by it.
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError):
            await _act_as(session, before, "the scope ended")
        raise
    await _act_as(session, before, "the scope ended")


def system_scope(session: AsyncSession, reason: str) -> AbstractAsyncContextManager[None]:
    """Act as the system within the block: `async with system_scope(session, "a public count needs every row")`."""
    return identity_scope(session, SYSTEM, reason)


async def enter_system_scope(session: AsyncSession, reason: str) -> None:
    """Act as the system until the transaction ends, which saves the statement that would end the scope."""
    await _act_as(session, " ".join(SYSTEM), reason)


async def _act_as(session: AsyncSession, identities: str, reason: str) -> None:
    driver = await get_driver(session)
    log.debug("acting as other identities", extra={"identities": identities, "reason": reason})
    await driver.execute(_SET_IDENTITIES, identities)
    session.info["identities"] = identities


CONNECTION_ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Raised by the driver where its connection is lost: whoever holds one of its own starts anew."""
_LOST = (asyncpg.InterfaceError, asyncpg.InternalClientError)
_UNAVAILABLE = (OSError, TimeoutError, OperationalError, InterfaceError, PoolTimeout, *_LOST)
_UNAVAILABLE_STATES = ("08", "28", "3D", "40", "53", "57")
"""Classes of SQLSTATE: connection exception, a role that is not let in, no such database, transaction rollback (two
that waited for each other), insufficient resources, operator intervention (such as shutting down)."""


def is_unavailable(error: BaseException) -> bool:
    """Return whether the database cannot be reached, has no room or had to undo it: trying again may help."""
    if isinstance(error, _UNAVAILABLE) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    # While connecting, asyncpg's own errors come through as they are.
    return get_sqlstate(error)[:2] in _UNAVAILABLE_STATES


def get_sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's code for the error; empty for any other error."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(cause, "sqlstate", None) or "")


_SERVER_SETTINGS = {
    "timezone": "UTC",
    "application_name": "rtp",
    # A process that freezes inside a transaction must not hold its locks for ever.
    "idle_in_transaction_session_timeout": "60s",
}


def describe_error(error: BaseException) -> str:
    """Return the kind of error, for a log: its text may quote what was to be stored."""
    return " ".join(filter(None, (type(error).__name__, get_sqlstate(error))))


async def warn_if_away(url: str) -> None:
    """Log it where the database cannot be reached by this process's URL: each asks once as it starts."""
    try:
        await (await asyncpg.connect(url, timeout=5)).close()
    except (ValueError, *CONNECTION_ERRORS) as error:
        log.warning("the database of RTP_DATABASE_URL cannot be reached", extra={"error": describe_error(error)})


class Database:
    """The connection pool of one process, and its transactions."""

    def __init__(self, url: str, *, pool_size: int = 10, connect_args: dict[str, object] | None = None) -> None:
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
        self, identities: Sequence[str] = SYSTEM, *, read_only: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """Open a session in a transaction that acts as `identities`; commit at the end, roll back on error."""
        async with AsyncSession(
            self.engine,
            sync_session_class=_IdentifiedSession,
            expire_on_commit=False,
            autoflush=False,
            info={"identities": " ".join(identities), "read_only": read_only},
        ) as session:
            yield session
            await session.commit()

    async def close(self) -> None:
        await self.engine.dispose()
