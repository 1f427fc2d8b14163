"""Minimal and SPEI financial assistance: what an enterprise may still be given (Subsidy Control Act 2022 ss.36 to 42).

What counts is what all public authorities together gave the enterprise in this financial year and the two before it.
Nobody knows all of that but the enterprise: what is not known stays so, and never counts as nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from rtp_applications.procurement.rules.truth import Truth
from rtp_shared.schemas import Day, Input, Line, Pence


class AssistanceKind(StrEnum):
    """How a subsidy was given that counts against the ceilings: s.42(8)."""

    MINIMAL = "minimal-financial-assistance"
    SPEI = "spei-assistance"
    EARLIER = "earlier-small-aid"
    """Under the European Union's regulations on de minimis aid, or the Trade and Cooperation Agreement: (c) to (e)."""


def _require_givable(kind: AssistanceKind) -> AssistanceKind:
    if kind is AssistanceKind.EARLIER:
        raise ValueError("is not given any more")
    return kind


GivableKind = Annotated[AssistanceKind, AfterValidator(_require_givable)]
CEILINGS: Mapping[AssistanceKind, int] = {AssistanceKind.MINIMAL: 31_500_000, AssistanceKind.SPEI: 72_500_000}
"""In pence: ss.36(1) and 38(1). Both kinds together count against either."""
SECTIONS: Mapping[AssistanceKind, str] = {
    AssistanceKind.MINIMAL: "Subsidy Control Act 2022 ss.36(1), (2), 42(8), (9)",
    AssistanceKind.SPEI: "Subsidy Control Act 2022 ss.38(1), (2), 42(8), (9)",
}
DATABASE_ABOVE = 10_000_000
"""In pence: above it, an entry in the subsidy database is due (ss.33, 36(4), 38(4))."""
READ_SINCE = date(2024, 1, 1)
"""The date of the text that was read."""
_APRIL, _YEARS_BEFORE = 4, 2


class AssistanceReceived(Input):
    """A subsidy that the enterprise was given."""

    giver: Line = Field(description="The public authority that gave it", examples=["Example County Council"])
    kind: AssistanceKind
    given_on: Day
    gross_pence: Pence | None = Field(
        default=None, description="The gross cash amount, or the gross cash equivalent; left out where it is not known"
    )
    evidence: Line | None = Field(
        default=None,
        description="Reference of the confirmation by which it was given (ss.37(5), 39(5)), or of its own record",
    )


class AssistanceQuestion(Input):
    """What an enterprise was given, and what it is to be given."""

    received: list[AssistanceReceived] = Field(default=[], max_length=200)
    complete: bool | None = Field(
        default=None,
        strict=True,
        description="Whether it is certain that this is all that any authority gave; left out where it is not known",
    )
    kind: GivableKind = Field(default=AssistanceKind.MINIMAL, description="How the new subsidy is to be given")
    proposed_pence: Pence | None = Field(default=None, description="Its gross amount; left out where it is not known")
    give_on: Day = Field(description="The day on which it is to be given")


@dataclass(frozen=True, slots=True)
class AssistanceAnswer:
    """What may still be given, with the reason."""

    allowed: Truth
    because: str
    section: str
    period_from: date
    counted_pence: int
    """The least that counts: what is known."""
    ceiling_pence: int
    headroom_pence: int | None
    """None where it is not known."""
    fits_from: date | None
    """The first day on which what is known leaves room for it, where there is none now; None if it never fits."""
    missing: tuple[str, ...]
    database_entry: Truth
    """Whether an entry in the subsidy database is due."""


def begin_financial_year(day: date) -> date:
    """Return the first day of the financial year, which ends with 31 March: s.42(9)."""
    return date(day.year - (day.month < _APRIL), _APRIL, 1)


def begin_applicable_period(day: date) -> date:
    """Return the first day of the two financial years before that of the day: s.36(2)."""
    first = begin_financial_year(day)
    return first.replace(year=first.year - _YEARS_BEFORE)


def count_assistance(question: AssistanceQuestion) -> AssistanceAnswer:
    """Return whether the subsidy may be given under the ceiling: True, False, or None for what is not known."""
    ceiling, day = CEILINGS[question.kind], question.give_on
    counted = _sum_known(question.received, day)
    missing = tuple(_list_missing(question))
    allowed, because = _judge(question, counted, ceiling, missing)
    settled = not [each for each in missing if each != "proposedPence"] and day >= READ_SINCE
    proposed = question.proposed_pence
    return AssistanceAnswer(
        allowed=allowed,
        because=because,
        section=SECTIONS[question.kind],
        period_from=begin_applicable_period(day),
        counted_pence=counted,
        ceiling_pence=ceiling,
        headroom_pence=max(0, ceiling - counted) if settled else None,
        fits_from=_find_first_fitting_day(question, ceiling) if allowed is False else None,
        missing=missing,
        database_entry=None if proposed is None else proposed > DATABASE_ABOVE,
    )


def _judge(question: AssistanceQuestion, counted: int, ceiling: int, missing: Sequence[str]) -> tuple[Truth, str]:
    total = counted + (question.proposed_pence or 0)
    said = f"{total / 100:,.2f} pounds with what is known of since {begin_applicable_period(question.give_on)}, of at "
    said += f"most {ceiling // 100:,}"
    if question.give_on < READ_SINCE:
        return None, f"the text that was read is of {READ_SINCE}: what held before it is not loaded"
    if total > ceiling:
        return False, said
    return (None if missing else True), said


def _list_missing(question: AssistanceQuestion) -> Iterator[str]:
    """Yield what would settle the answer, as JSON pointers without the first stroke."""
    if question.proposed_pence is None:
        yield "proposedPence"
    if question.complete is not True:
        yield "complete"
    for number, each in enumerate(question.received):
        if _counts(each, question.give_on):
            if each.gross_pence is None:
                yield f"received/{number}/grossPence"
            if each.evidence is None:
                yield f"received/{number}/evidence"


def _counts(received: AssistanceReceived, day: date) -> bool:
    return begin_applicable_period(day) <= received.given_on <= day


def _sum_known(received: Sequence[AssistanceReceived], day: date) -> int:
    return sum(each.gross_pence or 0 for each in received if _counts(each, day))


def _find_first_fitting_day(question: AssistanceQuestion, ceiling: int) -> date | None:
    """Return the first 1 April on which enough of what was given has left the period."""
    proposed, day = question.proposed_pence or 0, begin_financial_year(question.give_on)
    for _ in range(_YEARS_BEFORE + 1):
        day = day.replace(year=day.year + 1)
        if _sum_known(question.received, day) + proposed <= ceiling:
            return day
    return None
