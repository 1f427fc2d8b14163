"""How long an ended case is kept, by its outcome: a dated schedule with sources, and the day that follows. Pure.

A body replaces a period by a rule of its own, as it does lengths of the process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rtp_applications.deadlines.rules.days import add_months, civil_date
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.enums import APPEALABLE, ENDED, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.monitoring.payloads import ContractEnd
from rtp_shared.contracts.vocabulary import Route

WARNED_BEFORE = timedelta(days=90)
"""The shortest time between the warning and the disposal."""
FIRST = date(2026, 12, 1)


class RetentionClass(StrEnum):
    """What kind of outcome the time of keeping goes by."""

    LAUNCHED = "launched"
    TENDER_LOST = "tender-lost"
    OTHER = "other"
    """Refused, not eligible, withdrawn, lapsed, stopped, quashed or superseded."""

    @property
    def rule(self) -> str:
        """The name of the rule by which a body replaces the period."""
        return f"retention-{self}"


SCHEDULE: Mapping[RetentionClass, Sequence[Setting]] = {
    RetentionClass.LAUNCHED: (
        Setting(
            {"number": 72, "unit": "months"},
            "Devon County Council's retention schedule: contract and award files six years after the contract's end "
            "(twelve where it is a deed, Limitation Act 1980 s.8: a body says so by a rule of its own)",
            "found",
            FIRST,
        ),
    ),
    RetentionClass.TENDER_LOST: (
        Setting(
            {"number": 36, "unit": "months"}, "usual for unsuccessful tenders: one to three years", "believed", FIRST
        ),
    ),
    RetentionClass.OTHER: (
        Setting(
            {"number": 72, "unit": "months"},
            "platform default, proposed 2026-11: the limitation of simple contract and statute, Limitation Act 1980 "
            "ss.5, 9",
            "proposed",
            FIRST,
        ),
    ),
}
"""By outcome the periods, the oldest first; the newest that has begun is in force. Change one by adding one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long a case is kept, from when, and why. Without `dispose_on` the time of keeping does not run."""

    kept_as: RetentionClass | None
    because: str
    counted_from: date | None = None
    months: int | None = None
    source: str | None = None
    tag: str | None = None
    dispose_on: date | None = None


def classify(status: Status) -> RetentionClass | None:
    """Return by which kind of outcome the case is kept; None while it has not ended."""
    if status not in ENDED:
        return None
    named = {Status.LAUNCHED: RetentionClass.LAUNCHED, Status.TENDER_LOST: RetentionClass.TENDER_LOST}
    return named.get(status, RetentionClass.OTHER)


def find_retention(snapshot: CaseSnapshot, today: date) -> Retention:
    """Return how long the case is kept, by the body's own rule of today or the schedule."""
    case, kept_as = snapshot.case, classify(snapshot.case.status)
    if case.disposed_at is not None:
        return Retention(
            kept_as=kept_as, because=f"what was said in it was destroyed on {civil_date(case.disposed_at)}"
        )
    if case.route is Route.RIGHT_TO_REQUEST:
        return Retention(kept_as=kept_as, because="it is a record of the past, written from what was published")
    if kept_as is None:
        return Retention(kept_as=None, because=f"it is {case.status}: the time runs once it has ended")
    if case.status in APPEALABLE and case.final_at is None:
        return Retention(kept_as=kept_as, because="an appeal may still be made, or its time be extended")
    start, because = _find_start(snapshot, kept_as)
    months, source, tag = _find_period(snapshot, kept_as, today)
    if start is None:
        return Retention(kept_as=kept_as, because=because, months=months, source=source, tag=tag)
    return Retention(
        kept_as=kept_as,
        because=f"{because}, and {months} months are over then",
        counted_from=start,
        months=months,
        source=source,
        tag=tag,
        dispose_on=add_months(start, months) + timedelta(days=1),
    )


def _find_start(snapshot: CaseSnapshot, kept_as: RetentionClass) -> tuple[date | None, str]:
    if kept_as is RetentionClass.LAUNCHED:
        end = snapshot.find(ContractEnd)
        if end is None:
            return None, "no end of its contract is recorded, after which the time runs"
        return end.ends_on, f"its contract ends on {end.ends_on}"
    last = civil_date(snapshot.case.changed_for_all_at or snapshot.case.changed_at)
    return last, f"it is {snapshot.case.status}, and was changed last on {last}"


def _find_period(snapshot: CaseSnapshot, kept_as: RetentionClass, today: date) -> tuple[int, str, str]:
    own = snapshot.find_rule(kept_as.rule, today)
    if own is not None:
        return own.value["number"], own.cite(), "own"
    period = find_in_force(kept_as, today)
    return period.value["number"], period.source, period.tag


def find_in_force(kept_as: RetentionClass, today: date) -> Setting:
    """Return the period of the schedule on a day; before the first began, the first."""
    periods = SCHEDULE[kept_as]
    return next((each for each in reversed(periods) if each.since <= today), periods[0])


def find_shortest(own_months: int | None, today: date) -> int:
    """Return the least months after which any case may be due, given the shortest that a body set for itself."""
    lengths: list[int] = [find_in_force(each, today).value["number"] for each in RetentionClass]
    return min([*lengths, *([own_months] if own_months else [])])
