"""Version 2: whether a decision may be called in went by the kind of the body, and the regime was chosen, and not held
against the facts of the procurement.
"""

from dataclasses import replace

from rtp_applications.workflow.definition import Action, CaseClock, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.contract.guards import find_time_for_call_in
from rtp_applications.workflow.stages.decision.version_2 import may_be_called_in


@guard()
def call_in_window_over(step: Step) -> str | None:
    """The time in which scrutiny may call the decision in is over, or there is none (Localism Act 2011 Sch.2)."""
    return find_time_for_call_in(step, may_be_called_in)


def _choose(now: Action) -> Action:
    return now.replace_guard("call-in-window-over", call_in_window_over).without_guard("regime-is-open")


def _count_from_today(now: CaseClock) -> CaseClock:
    """A gap that was published after the acceptance started no time."""
    return replace(now, source="Localism Act 2011 s.83", rule_on=None, counts_from=None, starts_late=False)


VERSION_2 = Earlier(
    actions={"choose-contract-route": _choose},
    clocks={"procurement-start": _count_from_today},
    added=frozenset({"record-procurement-facts"}),
)
VERSION_2_OF_A_CHALLENGE = Earlier(
    actions={"record-regime": lambda now: now.without_guard("route-open-to-challenge")},
    added=frozenset({"selection-routes"}),
)
