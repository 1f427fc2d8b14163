"""Version 2: whether a decision may be called in went by the kind of the body, not by its constitution, and scrutiny of
a combined authority had no times.
"""

from dataclasses import replace

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, CaseClock, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import WITH_EXECUTIVES
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision.clocks import (
    OF_A_COMBINED_AUTHORITY,
    SCRUTINY_REVIEW,
    DecisionPublication,
)


def may_be_called_in(snapshot: CaseSnapshot) -> bool:
    """Return True for councils with an executive (Localism Act 2011 Sch.2), and for a body that set a window itself."""
    body = snapshot.bodies.get(snapshot.case.decision_body) if snapshot.case.decision_body else None
    return (body is not None and body.kind in WITH_EXECUTIVES) or snapshot.get_rule("call-in-window") is not None


def _call_in(now: CaseClock) -> CaseClock:
    return replace(now, counts_from=DecisionPublication(may_be_called_in))


def _name_any_document(now: Action) -> Action:
    return now.without_guard("documents-are-on-file")


@guard()
def call_in_window_open(step: Step) -> str | None:
    """The time in which scrutiny may call the decision in is not over; once called in, it is not called in again."""
    window = step.snapshot.find_deadline("call-in-window")
    if window and window.is_open and not window.is_over(step.now):
        return None
    return "the decision cannot be called in any more"


def _call_in_at_once(now: Action) -> Action:
    former = _respond_at_once(now.replace_guard(call_in_window_open.name, call_in_window_open))
    return replace(former, nowhere_else="")


def _respond_at_once(now: Action) -> Action:
    return without_bounds()(now)


VERSION_2 = Earlier(
    actions={
        **dict.fromkeys(("answer-question", "evidence-condition"), _name_any_document),
        "call-in": _call_in_at_once,
        "record-scrutiny-response": _respond_at_once,
    },
    clocks={"call-in-window": _call_in},
    added=frozenset({*(each.name for each in OF_A_COMBINED_AUTHORITY), SCRUTINY_REVIEW.name, "record-call-in-lapse"}),
)
