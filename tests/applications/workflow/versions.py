"""A made-up next version of a process, so that all that goes by versions is tried with what no published one has.

It differs as later versions will: an action and its clock are gone, a clock came, and an action takes another payload
and has a guard more. It is registered in the tests alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field

from rtp_applications.workflow.common.clocks import propose_clock
from rtp_applications.workflow.common.payloads import Refusal
from rtp_applications.workflow.definition import Process, Step, guard, replace_actions
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.schemas import Day


class HeardRefusal(Refusal):
    """A refusal after the group was heard."""

    heard_on: Day = Field(description="When the group was heard")


@guard("/heardOn", payload=True)
def group_was_heard(step: Step) -> str | None:
    """The group was heard before its expression was found not eligible."""
    return "the day lies in the future" if step.payload.heard_on > step.today else None


def _build_next(first: Process) -> Process:
    kept = [each for each in first.actions if each.name != "acknowledge"]
    screening = first.by_name["begin-screening"].without_guard("acknowledgement-sent")
    refusing = replace(first.by_name["find-not-eligible"].with_guards(group_was_heard), payload_model=HeardRefusal)
    talk = propose_clock("first-talk", "Talk with the group", 10, Status.EOI_SUBMITTED)
    return replace(
        first,
        version=first.version + 1,
        actions=replace_actions(kept, screening, refusing),
        clocks=(*(each for each in first.clocks if each.name != "acknowledgement"), talk),
    )


NEXT = _build_next(RIGHT_TO_PROVIDE)
EVERY_VERSION: Mapping[tuple[Route, int], Process] = {**PROCESSES, (NEXT.route, NEXT.version): NEXT}
"""All that are published, and the made-up one."""


def is_newest(process: Process) -> bool:
    """Tell whether it is the newest published version of its route: it is tried thoroughly, all others briefly."""
    return process.version == max(version for route, version in PROCESSES if route is process.route)


NEWEST_PROCESSES = [each for each in PROCESSES.values() if is_newest(each)]
"""What costs much is tried with these alone."""
