"""Version 1: every standstill on the calendar of the whole UK, no longer one by notice, no late representations."""

from dataclasses import replace
from functools import partial

from rtp_applications.deadlines.rules.days import CalendarName
from rtp_applications.workflow.bounds import before_bounds
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.award.payloads import PublishedNotice, TimelyRepresentation


@guard("/receivedOn", payload=True)
def representation_in_time(step: Step) -> str | None:
    """It was received while the standstill of the Provider Selection Regime ran (SI 2023/1348 reg 12(3))."""
    standstill = step.snapshot.find_deadline("provider-selection-standstill")
    if standstill is None:
        return "no standstill of the Provider Selection Regime runs"
    if step.payload.received_on > min(standstill.due_on, step.today):
        return f"representations are received by the end of {standstill.due_on}, and not in the future"
    return None


def _begin_standstill(now: Action) -> Action:
    return replace(now.without_guard("stated-standstill-is-lawful"), payload_model=before_bounds(PublishedNotice))


def _record_representation(now: Action) -> Action:
    return replace(
        now,
        description="Put on file that an aggrieved provider made written representations: the standstill stays open.",
        guards=(representation_in_time,),
        payload_model=before_bounds(TimelyRepresentation),
    )


_on_any_uk = partial(replace, calendar=CalendarName.ANY_UK)
VERSION_1 = Earlier(
    actions={"begin-standstill": _begin_standstill, "record-representation": _record_representation},
    clocks={"provider-selection-standstill": _on_any_uk, "further-decision-standstill": _on_any_uk},
    added=frozenset({"stated-standstill"}),
)
