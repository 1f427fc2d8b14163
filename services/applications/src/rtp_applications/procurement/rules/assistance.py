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

from rtp_applications.procurement.rules.amounts import find_amount
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
READ_SINCE = date(2024, 1, 1)
"""The date of the text that was read."""
_APRIL, _YEARS_BEFORE = 4, 2


class Recipient(StrEnum):
    """To whom a subsidy was given that may count for the enterprise."""

    ENTERPRISE = "enterprise"
    CONNECTED = "connected-body"
    """Another body, which is one enterprise with it where they are under common ownership or control: ss.7(1)(b), 8."""
    PREDECESSOR = "predecessor"
    """An enterprise whose undertaking, property and liabilities it takes over, whole or in part: s.40."""


class AssistanceReceived(Input):
    """A subsidy that the enterprise was given, or that counts as given to it."""

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
    recipient: Recipient = Field(default=Recipient.ENTERPRISE, description="To whom it was given")
    common_control: bool | None = Field(
        default=None,
        strict=True,
        description="Of a connected body: whether one owns or controls the other, or the same person or group both, or "
        "can materially influence their policy (ss.7(1)(b), 8(1) to (4)); left out where it is not known",
    )
    transferred_on: Day | None = Field(
        default=None,
        description="Of a predecessor: when its undertaking, property and liabilities, or a part, were transferred "
        "(s.40)",
    )
    whole_transferred: bool | None = Field(
        default=None, strict=True, description="Of a predecessor: whether all of them were (s.40(2)(a), (4)(a))"
    )
    attributable_pence: Pence | None = Field(
        default=None,
        description="Of a predecessor of which a part was transferred: the part of the amount that is fairly "
        "attributable to its activities, or else proportionate to its value (s.40(5))",
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
    economic_activity: bool | None = Field(
        default=None,
        strict=True,
        description="Whether it is given for an activity that offers goods or services on a market: to the extent that "
        "it is not, nobody is an enterprise (s.7(1), (2)). Left out, it counts as yes",
    )
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
    breaks_on: date | None = None
    """The first later day on which, with it, what was given then goes above its own ceiling; None if there is none."""


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
        database_entry=None if proposed is None else proposed > get_database_amount(day),
        breaks_on=find_broken_day(question),
    )


def get_database_amount(day: date) -> int:
    """Return the amount in pence above which an entry in the subsidy database is due: the first known, before it."""
    found = find_amount("subsidy-database", max(day, READ_SINCE))
    if found is None:
        raise LookupError(f"no amount of the subsidy database is loaded for {day}")
    return found.pence


def find_broken_day(question: AssistanceQuestion) -> date | None:
    """Return the first day after that of the subsidy on which another was given that, with it, is above its ceiling: it
    counts on every day of this financial year and the two after it (ss.36(1), (2), (7), 38(1), (2), (7)).
    """
    proposed, day = question.proposed_pence or 0, question.give_on
    later = sorted(each.given_on for each in question.received if day < each.given_on and _is_capped(each, day))
    for given_on in later:
        ceilings = [
            CEILINGS[each.kind] for each in question.received if each.given_on == given_on and _is_capped(each, day)
        ]
        if _sum_known(question.received, given_on) + proposed > min(ceilings):
            return given_on
    return None


def _is_capped(received: AssistanceReceived, day: date) -> bool:
    """Tell whether it was given under a ceiling against which a subsidy of this day counts."""
    capped = received.kind in CEILINGS and received.recipient is Recipient.ENTERPRISE
    return capped and begin_applicable_period(received.given_on) <= day


def _judge(question: AssistanceQuestion, counted: int, ceiling: int, missing: Sequence[str]) -> tuple[Truth, str]:
    if question.economic_activity is False:
        return (
            True,
            "no activity on a market: to that extent nobody is an enterprise, and no ceiling holds (s.7(1), (2))",
        )
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
        yield from (f"received/{number}/{name}" for name in _weigh(each, question.give_on)[1])


def _counts(received: AssistanceReceived, day: date) -> bool:
    return begin_applicable_period(day) <= received.given_on <= day


def _sum_known(received: Sequence[AssistanceReceived], day: date) -> int:
    return sum(_weigh(each, day)[0] for each in received)


def _weigh(received: AssistanceReceived, day: date) -> tuple[int, tuple[str, ...]]:
    """Return how much of it counts for the enterprise on the day, at least, and the facts that are wanting."""
    if not _counts(received, day):
        return 0, ()
    evidence = () if received.evidence else ("evidence",)
    if received.recipient is Recipient.CONNECTED and not received.common_control:
        return 0, () if received.common_control is False else ("commonControl",)
    if received.recipient is Recipient.PREDECESSOR:
        counted, missing = _weigh_transfer(received, day)
    else:
        counted, missing = received.gross_pence or 0, () if received.gross_pence is not None else ("grossPence",)
    return counted, (*missing, *(evidence if counted or missing else ()))


def _weigh_transfer(received: AssistanceReceived, day: date) -> tuple[int, tuple[str, ...]]:
    """Return the same of what a predecessor was given before the transfer, which counts on and after that (s.40)."""
    if received.transferred_on is None:
        return 0, ("transferredOn",)
    if not received.given_on < received.transferred_on <= day:
        return 0, ()
    if received.whole_transferred is None:
        return 0, ("wholeTransferred",)
    name = "grossPence" if received.whole_transferred else "attributablePence"
    pence = received.gross_pence if received.whole_transferred else received.attributable_pence
    return pence or 0, () if pence is not None else (name,)


def _find_first_fitting_day(question: AssistanceQuestion, ceiling: int) -> date | None:
    """Return the first 1 April on which enough of what was given has left the period."""
    proposed, day = question.proposed_pence or 0, begin_financial_year(question.give_on)
    for _ in range(_YEARS_BEFORE + 1):
        day = day.replace(year=day.year + 1)
        if _sum_known(question.received, day) + proposed <= ceiling:
            return day
    return None
