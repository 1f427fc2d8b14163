"""Guards of the standstill: Procurement Act 2023 s.51, SI 2023/1348 reg 12."""

from collections.abc import Iterator
from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY, CalendarName, Length, Unit, due_on
from rtp_applications.deadlines.rules.deadline import Deadline, DeadlineState
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.guards import find_notice
from rtp_applications.workflow.stages.award.payloads import NoticeKind
from rtp_applications.workflow.stages.award.restarts import find_last_restart
from rtp_applications.workflow.stages.contract.tracks import UNDER_THE_ACT, find_track

STANDSTILLS = ("standstill", "stated-standstill", "provider-selection-standstill", "further-decision-standstill")
SHORTEST = Length(8, Unit.WORKING_DAYS)
"""Of a standstill under the Procurement Act 2023, beginning with the day of the notice: s.51(2), (5)."""


def list_standstills(snapshot: CaseSnapshot) -> Iterator[Deadline]:
    """Yield the standstills of this procurement: one before it was ended, or went back, counts no more."""
    since = find_last_restart(snapshot)
    for each in snapshot.deadlines.values():
        held = each.clock in STANDSTILLS and each.state is not DeadlineState.CANCELLED
        if held and (since is None or each.started_at >= since):
            yield each


def find_stated_end(snapshot: CaseSnapshot) -> date | None:
    """Return the last day of the standstill for which the contract award notice provides; None if it states none."""
    announced = find_notice(snapshot, NoticeKind.UK6)
    return announced.standstill_ends_on if announced and find_track(snapshot) in UNDER_THE_ACT else None


@guard()
def standstill_over(step: Step) -> str | None:
    """The standstill is over where it is mandatory, or was given though it is not: also one for which the contract
    award notice provides of a light touch contract (Procurement Act 2023 s.51(1), (3)(f), (4)).
    """
    stated = find_stated_end(step.snapshot)
    if stated and step.today <= stated:
        return f"the standstill that the notice provides for lasts to the end of {stated} (s.51(1)(b), (4))"
    held = list(list_standstills(step.snapshot))
    if not held:
        mandatory = find_track(step.snapshot) in step.process.get_setting(step.snapshot, "standstill-mandatory")
        return "a standstill is mandatory and has not begun" if mandatory else None
    latest = max(held, key=lambda each: each.due_at)
    return None if step.now >= latest.due_at else f"the standstill lasts to the end of {latest.due_on}"


@guard("/standstillEndsOn", payload=True)
def stated_standstill_is_lawful(step: Step) -> str | None:
    """A standstill for which the notice provides is one of the Procurement Act, and not shorter than eight working days
    beginning with the day of the notice, also where none is mandatory (s.51(2), (4), (5)).
    """
    stated = step.payload.standstill_ends_on
    if stated is None:
        return None
    if find_track(step.snapshot) not in UNDER_THE_ACT:
        return "no notice provides for a standstill under this regime: its length is fixed"
    if step.payload.kind is not NoticeKind.UK6:
        return "only a contract award notice provides for a standstill (Procurement Act 2023 s.51(1)(b), (4))"
    shortest = due_on(step.payload.published_on - ONE_DAY, SHORTEST, step.snapshot.calendars[CalendarName.ANY_UK])
    return None if stated >= shortest else f"a standstill lasts to {shortest} or longer (Procurement Act 2023 s.51(5))"
