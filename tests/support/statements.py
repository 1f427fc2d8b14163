"""Statements that a service sends to PostgreSQL, also those that pass by SQLAlchemy.

asyncpg's query log has what is sent straight through the driver, but no prepared statements; as such SQLAlchemy sends
all of its own, which its event has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg.connection import LoggedQuery
from sqlalchemy import event

from rtp_shared.db import Database

UNCOUNTED = (
    *("BEGIN", "COMMIT", "ROLLBACK"),
    # What asyncpg asks once on a connection to learn of a type.
    *("SELECT current_setting('jit')", "WITH RECURSIVE typeinfo_tree", "SELECT set_config('jit'"),
)


@contextmanager
def count_statements(database: Database) -> Iterator[list[str]]:
    """Note the beginning of every statement that is sent meanwhile, but for `UNCOUNTED` ones."""
    seen: list[str] = []
    logged: list[Any] = []

    def note(statement: str) -> None:
        text = " ".join(statement.split())
        if not text.startswith(UNCOUNTED):
            seen.append(text[:60])

    def note_logged(query: LoggedQuery) -> None:
        note(query.query)

    def note_prepared(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        note(statement)

    def listen(connection: Any, *_: object) -> None:
        driver = connection.driver_connection
        if driver not in logged:
            driver.add_query_logger(note_logged)
            logged.append(driver)

    engine = database.engine.sync_engine
    event.listen(engine.pool, "checkout", listen)
    event.listen(engine, "before_cursor_execute", note_prepared)
    try:
        yield seen
    finally:
        event.remove(engine.pool, "checkout", listen)
        event.remove(engine, "before_cursor_execute", note_prepared)
        for driver in logged:
            driver.remove_query_logger(note_logged)
