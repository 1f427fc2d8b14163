"""What a case's events tell of its finance after its submission."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_shared.identities import SYSTEM


class CaseFinance(Model):
    """The finance that a case seeks, and the subsidies that count, as told last; seen by whoever sees the case."""

    __tablename__ = "case_finances"

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    readers: Mapped[list[str]]
    """Identities that see the case, as its newest event said. Row-level security reads this column."""
    case_sequence: Mapped[int]
    """Sequence of the case's newest event that has told who sees it."""
    facts: Mapped[dict[str, Any] | None]
    """By the names of the facts of eligibility; None where nothing was told but by the submission."""
    facts_sequence: Mapped[int]
    assistance: Mapped[dict[str, Any] | None]
    """By the names of `Assistance`; None where nobody has told anything."""
    assistance_sequence: Mapped[int]

    def follow(self, readers: Sequence[str], *, sequence: int) -> None:
        """Take over who sees the case, if that is news."""
        if sequence > self.case_sequence:
            self.case_sequence, self.readers = sequence, list(dict.fromkeys((*readers, *SYSTEM)))

    def set_facts(self, facts: Mapping[str, Any], *, sequence: int) -> None:
        """Take over what the case says of its finance, if that is news."""
        if sequence > self.facts_sequence:
            self.facts_sequence, self.facts = sequence, dict(facts)

    def forget(self, *, sequence: int) -> None:
        """Forget what a destroyed case told; what it told before and comes late says nothing new."""
        if sequence > self.facts_sequence:
            self.facts_sequence, self.facts = sequence, None
        if sequence > self.assistance_sequence:
            self.assistance_sequence, self.assistance = sequence, None

    def set_assistance(self, assistance: Mapping[str, Any], *, sequence: int) -> None:
        """Take over what counts of the subsidies, if that is news."""
        if sequence > self.assistance_sequence:
            self.assistance_sequence, self.assistance = sequence, dict(assistance)
