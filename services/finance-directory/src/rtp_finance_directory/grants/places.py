"""Where a grant stands in a list: by how well it matches, then the newest first, then by id."""

from datetime import date
from typing import NamedTuple, Self
from uuid import UUID

IN_TITLE, IN_PROGRAMME, ANYWHERE = 2, 1, 0
"""Ranks: all the words stand in the title or the recipient; there, in the programme or the funder; or elsewhere too."""
_RANK = 10_000_000
"""More than the number of any day."""


class Position(int):
    """A rank and the number of a day in one number, as a cursor has it."""

    def __new__(cls, part: object) -> Self:
        position = super().__new__(cls, str(part))
        if not 0 <= position < (IN_TITLE + 1) * _RANK or not 1 <= position % _RANK <= date.max.toordinal():
            raise ValueError(part)
        return position


class RankedPlace(NamedTuple):
    """Where a grant stands: the greater, the earlier."""

    rank: int
    day: date
    id: UUID

    @classmethod
    def read(cls, position: Position, grant_id: UUID) -> Self:
        rank, day = divmod(position, _RANK)
        return cls(rank, date.fromordinal(day), grant_id)

    def get_position(self) -> int:
        return self.rank * _RANK + self.day.toordinal()
