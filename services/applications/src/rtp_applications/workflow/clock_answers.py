"""Which actions answer a clock: what whoever looks for their own work has to know."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from rtp_applications.workflow.definition import Action, CaseClock, Process
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import Processes
from rtp_shared.contracts.vocabulary import Route

GENERAL = frozenset({"withdraw", "supersede", "stop-case"})
"""Exits of a case at nearly any time: they end a clock, and are not what it waits for."""


class ClockAnswer(NamedTuple):
    """An action that answers a clock, in a status."""

    clock: str
    status: Status
    action: Action
    met_by: tuple[str, ...]
    """The actions that meet the clock while the status stays; none if only leaving it does."""

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles of those who sign it, the platform's own left out."""
        return frozenset().union(*self.action.signatories) - {Role.SYSTEM}


@cache
def list_clock_answers() -> Mapping[tuple[Route, int], tuple[ClockAnswer, ...]]:
    """Return what answers each clock, status by status, by route and version of the process.

    Where actions are named that meet a clock, these answer it; any other is answered by leaving its statuses. A clock
    that measures idleness waits for nothing in particular. What the platform does by itself waits for nobody.
    """
    return {
        (process.route, process.version): tuple(
            answer for clock in process.clocks if not clock.idle for answer in _list_answers_to(process, clock)
        )
        for process in Processes().list_all()
    }


def _list_answers_to(process: Process, clock: CaseClock) -> Iterator[ClockAnswer]:
    for status in sorted(status for status in process.statuses if status in clock.runs_in):
        for action in process.list_actions(status):
            answer = ClockAnswer(clock.name, status, action, clock.met_by)
            if _answers(action, clock) and answer.roles:
                yield answer


def _answers(action: Action, clock: CaseClock) -> bool:
    if action.name in GENERAL or action.name in clock.ended_by:
        return False
    if clock.met_by:
        return action.name in clock.met_by
    return any(status not in clock.runs_in for status in action.leads_to)
