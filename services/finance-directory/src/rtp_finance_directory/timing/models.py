"""When the mutual of a case is to go live, as the case's events tell it."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_shared.identities import SYSTEM


class CaseTiming(Model):
    """The day on which a mutual goes live, seen by whoever sees the case."""

    __tablename__ = "case_timings"

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    readers: Mapped[list[str]]
    """Identities that see the case, as its newest event said. Row-level security reads this column."""
    case_sequence: Mapped[int]
    """Sequence of the case's newest event that has told who sees it."""
    go_live_on: Mapped[date | None]
    told_sequence: Mapped[int]
    """Sequence of the case's newest event that has told the day."""

    def follow(self, readers: Sequence[str], *, sequence: int) -> None:
        """Take over who sees the case, if that is news."""
        if sequence > self.case_sequence:
            self.case_sequence, self.readers = sequence, list(dict.fromkeys((*readers, *SYSTEM)))

    def set_day(self, go_live_on: date | None, *, sequence: int) -> None:
        """Take over the day, if that is news."""
        if sequence > self.told_sequence:
            self.told_sequence, self.go_live_on = sequence, go_live_on
