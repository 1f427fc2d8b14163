"""Follows the advisers of the database with an index in memory, by reading only what has changed since.

Each adviser's row holds the number of the transaction that changed it last (`changed_in`, by a trigger). A transaction
that had not ended when the index was read has a number no lower than the lowest that ran then: so who has such a number
is read again, and nobody else can have changed. No clock is bumped, so no two changes of advisers wait for each other.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import CANDIDATE_COLUMNS, TAKES_PART, build_candidate
from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.ranking.followed import FollowedIndex
from rtp_shared.clock import LONDON
from rtp_shared.db import AnyRow, system_scope


def _as_number(number: ColumnElement[object]) -> ColumnElement[int]:
    return cast(cast(number, Text), BigInteger)


_CLOCK = select(
    _as_number(func.pg_snapshot_xmin(func.pg_current_snapshot())).label("unfinished"),
    _as_number(func.pg_snapshot_xmax(func.pg_current_snapshot())).label("unbegun"),
    _as_number(func.pg_current_xact_id_if_assigned()).label("own"),
    func.current_date().label("today"),
).subquery("clock")


@dataclass(frozen=True, slots=True)
class _Read:
    """The advisers as they were read, and the lowest number of a transaction that had not ended then."""

    index: FollowedIndex
    unfinished: int
    today: date
    """The database's day, by which it is said who takes part: of another day, everybody is read again."""
    day: date
    """The platform's day, by which hours are counted: of another day too."""


class AdviserFollower:
    """Holds the index of one process. It is asked inside a transaction, and answers as that transaction sees it."""

    def __init__(self, rules: MatchingRules) -> None:
        self._rules = rules
        self._read: _Read | None = None
        self._lock = asyncio.Lock()

    async def look(self, session: AsyncSession, *, now: datetime) -> FollowedIndex:
        """Return the advisers who take part as the session sees them now, with their hours by the platform's clock."""
        async with self._lock, system_scope(session, "who is compared with whom is not for one reader to narrow"):
            read, keeps = await self._read_on(session, now)
            if keeps:
                self._read = read
            return read.index

    async def _read_on(self, session: AsyncSession, now: datetime) -> tuple[_Read, bool]:
        """Read what has changed since; return also whether it is so for others: what the session itself has changed may
        be undone yet.
        """
        day = now.astimezone(LONDON).date()
        before = self._read if self._read is not None and self._read.day == day else None
        rows = await _read_rows(session, before)
        # Numbers that went back are another server's: this one was restored.
        if before is not None and (rows[0].unfinished < before.unfinished or rows[0].today != before.today):
            before, rows = None, await _read_rows(session, None)
        index = await asyncio.to_thread(self._follow, before, rows, now)
        keeps = not any(row.changed_in == row.own for row in rows if row.id)
        return _Read(index, rows[0].unfinished, rows[0].today, day), keeps

    def _follow(self, before: _Read | None, rows: Sequence[AnyRow], now: datetime) -> FollowedIndex:
        found = {
            row.id: build_candidate(row, self._rules, now=now) if row.takes_part else None for row in rows if row.id
        }
        if before is None:
            return FollowedIndex.build(filter(None, found.values()), self._rules.weights)
        return before.index.follow(found)


async def _read_rows(session: AsyncSession, before: _Read | None) -> Sequence[AnyRow]:
    """Read who may have changed since, or everybody who takes part; one row without an adviser if there is nobody."""
    clock = _CLOCK.c
    wanted: ColumnElement[bool] = TAKES_PART
    if before is not None:
        # The upper end leaves out numbers that another server gave, whose dump was restored here.
        began = or_(Adviser.changed_in < clock.unbegun, Adviser.changed_in == clock.own)
        wanted = and_(Adviser.changed_in >= before.unfinished, began)
    facts = (clock.unfinished, clock.own, clock.today, Adviser.changed_in, TAKES_PART.label("takes_part"))
    query = select(*facts, *CANDIDATE_COLUMNS)
    return (await session.execute(query.select_from(_CLOCK.outerjoin(Adviser, wanted)))).all()
