"""Version 2: whether a decision may be called in went by the kind of the body, not by its constitution, and scrutiny of
a combined authority had no times.
"""

from dataclasses import replace

from rtp_applications.workflow.definition import Action, CaseClock
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import WITH_EXECUTIVES
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision.clocks import OF_A_COMBINED_AUTHORITY, DecisionPublication


def may_be_called_in(snapshot: CaseSnapshot) -> bool:
    """Return True for councils with an executive (Localism Act 2011 Sch.2), and for a body that set a window itself."""
    body = snapshot.bodies.get(snapshot.case.decision_body) if snapshot.case.decision_body else None
    return (body is not None and body.kind in WITH_EXECUTIVES) or snapshot.get_rule("call-in-window") is not None


def _call_in(now: CaseClock) -> CaseClock:
    return replace(now, counts_from=DecisionPublication(may_be_called_in))


def _name_any_document(now: Action) -> Action:
    return now.without_guard("documents-are-on-file")


VERSION_2 = Earlier(
    actions=dict.fromkeys(("answer-question", "evidence-condition"), _name_any_document),
    clocks={"call-in-window": _call_in},
    added=frozenset(each.name for each in OF_A_COMBINED_AUTHORITY),
)
