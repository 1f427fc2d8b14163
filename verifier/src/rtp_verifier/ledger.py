"""What is kept of each event while it is checked, in a file that is gone afterwards."""

import sqlite3
from collections.abc import Iterator

from .events import FEED, RECEIVED, Event


class Ledger:
    def __init__(self) -> None:
        # The empty name: a private database in a temporary file, not in memory.
        self._db = sqlite3.connect("")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(f"CREATE TABLE events ({', '.join(Event._fields)})")
        self._db.execute("CREATE INDEX chains ON events (source, partitionkey, sequence, side)")

    def add(self, event: Event) -> None:
        self._db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", event)

    def by_sequence(self) -> Iterator[Event]:
        """What was received, chain by chain."""
        return self._rows(
            "SELECT * FROM events WHERE side = ? ORDER BY source, partitionkey, sequence, rowid", RECEIVED
        )

    def as_they_came(self) -> Iterator[Event]:
        """What was received, chain by chain."""
        return self._rows("SELECT * FROM events WHERE side = ? ORDER BY source, partitionkey, rowid", RECEIVED)

    def only_on(self, side: int) -> Iterator[Event]:
        """What is on one side and not on the other, each event once."""
        return self._rows(
            """SELECT * FROM events AS mine WHERE side = ?1 AND NOT EXISTS (
            SELECT 1 FROM events AS theirs WHERE theirs.side = 1 - ?1 AND theirs.source = mine.source
            AND theirs.partitionkey = mine.partitionkey AND theirs.sequence = mine.sequence AND theirs.id = mine.id)
            GROUP BY source, partitionkey, sequence, id ORDER BY source, partitionkey, sequence""",
            side,
        )

    def other_in_feed(self) -> Iterator[tuple[Event, Event]]:
        """What was received, beside another event, or other content, that the feed has in its place."""
        pairs = self._db.execute(
            """SELECT r.*, f.* FROM events r JOIN events f USING (source, partitionkey, sequence)
            WHERE r.side = ? AND f.side = ? AND (r.id <> f.id OR r.hash <> f.hash OR r.attributes <> f.attributes)
            ORDER BY source, partitionkey, sequence, r.rowid""",
            (RECEIVED, FEED),
        )
        half = len(Event._fields)
        return ((Event._make(row[:half]), Event._make(row[half:])) for row in pairs)

    def feed_has(self, source: str, partitionkey: str, first: int, last: int) -> bool:
        found = self._db.execute(
            """SELECT 1 FROM events WHERE side = ? AND source = ? AND partitionkey = ?
            AND sequence BETWEEN ? AND ? LIMIT 1""",
            (FEED, source, partitionkey, first, last),
        )
        return found.fetchone() is not None

    def close(self) -> None:
        self._db.close()

    def _rows(self, query: str, side: int) -> Iterator[Event]:
        return map(Event._make, self._db.execute(query, (side,)))
