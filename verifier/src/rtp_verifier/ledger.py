"""Keeps the events while they are checked, in a temporary file."""

import sqlite3
from collections.abc import Iterator

from .events import FEED, RECEIVED, Event


class Ledger:
    """The events of both sides: those received and those of the feed."""

    def __init__(self) -> None:
        # The empty name: a private database in a temporary file, not in memory.
        self._db = sqlite3.connect("")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(f"CREATE TABLE events ({', '.join(Event._fields)})")
        self._db.execute("CREATE INDEX chains ON events (source, partitionkey, sequence, side)")

    def add(self, event: Event) -> None:
        self._db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", event)

    def list_by_sequence(self) -> Iterator[Event]:
        """Yield the received events chain by chain, by their sequence."""
        return self._query(
            "SELECT * FROM events WHERE side = ? ORDER BY source, partitionkey, sequence, rowid", RECEIVED
        )

    def list_by_arrival(self) -> Iterator[Event]:
        """Yield the received events chain by chain, as they came."""
        return self._query("SELECT * FROM events WHERE side = ? ORDER BY source, partitionkey, rowid", RECEIVED)

    def list_only_on(self, side: int) -> Iterator[Event]:
        """Yield the events that are on this side and not on the other, each once."""
        return self._query(
            """SELECT * FROM events AS mine WHERE side = ?1 AND NOT EXISTS (
            SELECT 1 FROM events AS theirs WHERE theirs.side = 1 - ?1 AND theirs.source = mine.source
            AND theirs.partitionkey = mine.partitionkey AND theirs.sequence = mine.sequence AND theirs.id = mine.id)
            GROUP BY source, partitionkey, sequence, id ORDER BY source, partitionkey, sequence""",
            side,
        )

    def list_conflicts(self) -> Iterator[tuple[Event, Event]]:
        """Yield each received event for which the feed has another one, or other content, with that of the feed."""
        pairs = self._db.execute(
            """SELECT r.*, f.* FROM events r JOIN events f USING (source, partitionkey, sequence)
            WHERE r.side = ? AND f.side = ? AND (r.id <> f.id OR r.hash <> f.hash OR r.attributes <> f.attributes)
            ORDER BY source, partitionkey, sequence, r.rowid""",
            (RECEIVED, FEED),
        )
        half = len(Event._fields)
        return ((Event._make(row[:half]), Event._make(row[half:])) for row in pairs)

    def has_in_feed(self, source: str, partitionkey: str, first: int, last: int) -> bool:
        found = self._db.execute(
            """SELECT 1 FROM events WHERE side = ? AND source = ? AND partitionkey = ?
            AND sequence BETWEEN ? AND ? LIMIT 1""",
            (FEED, source, partitionkey, first, last),
        )
        return found.fetchone() is not None

    def close(self) -> None:
        self._db.close()

    def _query(self, query: str, side: int) -> Iterator[Event]:
        return map(Event._make, self._db.execute(query, (side,)))
