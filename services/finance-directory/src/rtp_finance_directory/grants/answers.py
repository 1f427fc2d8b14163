"""Answers that one process gave to searches of grants, kept for as long as no grant is loaded: all get the same."""

from collections import OrderedDict
from collections.abc import Hashable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.grants.models import GrantClock

MOST_KEPT = 500
LONGEST_KEPT = 65_536
"""Bytes of one answer: 32 MiB of all."""


class AnswerCache:
    """The answers to what was asked last, as they were sent."""

    def __init__(self) -> None:
        self._position = -1
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()

    async def find(self, session: AsyncSession, asked: Hashable) -> bytes | None:
        """Return the answer, if no grant was loaded since it was given."""
        # The clock first: what is loaded meanwhile is newer than it says, and forgets the answer at the next look.
        position = await session.scalar(select(GrantClock.position)) or 0
        if position != self._position:
            self._answers.clear()
            self._position = position
        if (answer := self._answers.get(asked)) is not None:
            self._answers.move_to_end(asked)
        return answer

    def keep(self, asked: Hashable, answer: bytes) -> None:
        """Keep the answer to what was looked for in vain, unless it is long; the one not asked for longest goes."""
        if len(answer) <= LONGEST_KEPT:
            self._answers[asked] = answer
        if len(self._answers) > MOST_KEPT:
            self._answers.popitem(last=False)
