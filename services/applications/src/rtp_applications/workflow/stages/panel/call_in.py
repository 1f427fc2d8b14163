"""Call-in of the acceptance of a challenge: scrutiny looks at it before the procurement begins."""

from dataclasses import replace
from datetime import date

from rtp_applications.workflow.definition import Action, CaseClock, Step, guard, replace_actions
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.decision import actions, clocks
from rtp_applications.workflow.stages.decision.approvals import may_be_called_in
from rtp_applications.workflow.stages.decision.payloads import CallInReopening
from rtp_applications.workflow.stages.panel.actions import keep_scrutiny_apart
from rtp_applications.workflow.stages.panel.deciding import find_deciding_day
from rtp_applications.workflow.stages.review.payloads import Acceptance, Consent
from rtp_shared.contracts.applications import CaseRemitted


@guard()
def acceptance_stands(step: Step) -> str | None:
    """The time in which scrutiny may call the acceptance in is over, or there is none (Local Government Act 2000
    s.9F(4)).
    """
    window = step.snapshot.find_deadline("call-in-window")
    if window is None or not window.is_open or window.is_over(step.now):
        return None
    return (
        f"the acceptance may still be called in, until the end of {window.due_on} (Local Government Act 2000 s.9F(4))"
    )


def find_day_of_acceptance(snapshot: CaseSnapshot, today: date) -> date | None:
    """Return the day from which the window counts: the acceptance is published with itself (Localism Act 2011 s.84).
    Whether there is one goes by the constitution of the day on which the authority decided (Local Government Act 2000
    s.9F(2)(a)).
    """
    return today if may_be_called_in(snapshot, find_deciding_day(snapshot)) else None


ACTIONS = keep_scrutiny_apart(
    (
        replace(actions.CALL_IN, from_states=frozenset({Status.EOI_ACCEPTED})),
        actions.RECORD_SCRUTINY_RESPONSE,
        actions.RECORD_CALL_IN_LAPSE,
        replace(actions.CONFIRM_AFTER_CALL_IN, leads_to=(Status.EOI_ACCEPTED,)),
        replace(
            actions.RETURN_AFTER_CALL_IN.without_guard("questions-told-apart"),
            name="reopen-after-call-in",
            description="The acceptance is opened again after the call-in: the authority decides anew.",
            leads_to=(Status.EOI_UNDER_REVIEW,),
            payload_model=CallInReopening,
            event=CaseRemitted,
            clears=(Acceptance, Consent),
        ),
    )
)
CLOCKS: tuple[CaseClock, ...] = (
    *(
        replace(
            each,
            runs_in=frozenset({Status.EOI_ACCEPTED}),
            started_by=("accept-eoi", "accept-modification"),
            counts_from=find_day_of_acceptance,
            rule_on=find_deciding_day,
        )
        for each in clocks.CLOCKS
        if each.name == "call-in-window"
    ),
    clocks.SCRUTINY_REVIEW,
)


def wait_for_call_in(ways: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with the procurement begun only once the acceptance stands."""
    beginning = next(each for each in ways if each.name == "begin-procurement")
    return replace_actions(ways, beginning.with_guards(acceptance_stands))


def run_through_call_in(of_procurement: tuple[CaseClock, ...]) -> tuple[CaseClock, ...]:
    """Return the clocks of the procurement as they run on while the acceptance is called in, and end if it falls."""
    return tuple(
        replace(each, runs_in=each.runs_in | {Status.CALLED_IN}, ended_by=(*each.ended_by, "reopen-after-call-in"))
        for each in of_procurement
    )


def _end_as_before(now: CaseClock) -> CaseClock:
    return replace(now, ended_by=tuple(each for each in now.ended_by if each != "reopen-after-call-in"))


VERSION_2 = Earlier(
    actions={"begin-procurement": lambda now: now.without_guard(acceptance_stands.name)},
    clocks=dict.fromkeys(("procurement-start", "publish-procurement-gap"), _end_as_before),
    never_in=frozenset({Status.CALLED_IN}),
    added=frozenset({*(each.name for each in ACTIONS), *(each.name for each in CLOCKS)}),
)
