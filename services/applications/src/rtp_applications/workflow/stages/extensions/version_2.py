"""Version 2: a case officer gave more time on whatever is policy, and as much as two extensions could hold."""

from dataclasses import replace

from rtp_applications.deadlines.rules.clock import Extendable
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.definition import Action, CaseClock, one_of
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Role

WITHOUT_LIMIT = Extendable(frozenset({Role.CASE_OFFICER}), None)


def _let_officers_extend(now: CaseClock) -> CaseClock:
    return replace(now, extendable=None if now.idle or now.basis is not Basis.POLICY else WITHOUT_LIMIT)


def _extend_deadline(now: Action) -> Action:
    former = now.without_guard("extended-by-who-may").without_guard("not-put-off-too-far")
    return replace(
        former,
        description="Give more time on a clock that runs. Times can only be made longer, and not those that the law "
        "sets.",
        signatories=one_of(Role.CASE_OFFICER),
    )


VERSION_2 = Earlier(actions={"extend-deadline": _extend_deadline}, every_clock=_let_officers_extend)
