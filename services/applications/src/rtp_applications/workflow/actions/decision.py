"""What follows on the panel's decision, up to the mandate: rows 14, 22, 27 and 28 of the process."""

from rtp_applications.workflow import effects
from rtp_applications.workflow.actions import panel
from rtp_applications.workflow.actions.business_case import JOINT
from rtp_applications.workflow.definition import Action, by
from rtp_applications.workflow.guards import deciders_are_independent, reasons_given
from rtp_applications.workflow.records import Nothing
from rtp_applications.workflow.stages import decision
from rtp_applications.workflow.words import APPLICANTS, Role, Status
from rtp_shared.contracts import applications as events

ANSWER_QUESTION = Action(
    name="answer-question",
    says="Answer one of the questions for whose sake the decision was put off.",
    who=by(*APPLICANTS),
    starts=frozenset({Status.DEFERRED}),
    guards=(decision.question_was_asked,),
    takes=decision.QuestionAnswer,
)
RETURN_TO_PANEL = Action(
    name="return-to-panel",
    row=(27,),
    says="Every question is answered: back to the panel. The staff group's lead and a case officer both sign.",
    who=JOINT,
    starts=frozenset({Status.DEFERRED}),
    leads_to=(Status.PANEL_READY,),
    guards=(decision.every_question_answered,),
    takes=Nothing,
    event=events.CaseReturnedToPanel,
)
END_DEFERRAL = Action(
    name="end-deferral",
    row=(27,),
    says="The time for the answers is over: back to the panel with what is held.",
    who=by(Role.SYSTEM),
    starts=frozenset({Status.DEFERRED}),
    leads_to=(Status.PANEL_READY,),
    guards=(decision.deferral_time_over,),
    takes=Nothing,
    event=events.CaseReturnedToPanel,
)
EVIDENCE_CONDITION = Action(
    name="evidence-condition",
    says="Put on file what shows that a condition is met.",
    who=by(*APPLICANTS),
    starts=frozenset({Status.APPROVED_CONDITIONAL}),
    guards=(decision.condition_is_open,),
    takes=decision.ConditionEvidence,
)
CLOSE_CONDITION = Action(
    name="close-condition",
    says="Find a condition met by its evidence.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.APPROVED_CONDITIONAL}),
    guards=(decision.condition_is_open, decision.condition_evidenced),
    takes=decision.ConditionClosure,
    effects=(effects.meet_condition,),
)
CLOSE_CONDITIONS = Action(
    name="close-conditions",
    row=(27,),
    says="Every condition is closed: the case is approved. The staff group's lead and a case officer both sign.",
    who=JOINT,
    starts=frozenset({Status.APPROVED_CONDITIONAL}),
    leads_to=(Status.APPROVED,),
    guards=(decision.every_condition_closed,),
    takes=Nothing,
    event=events.ConditionsClosed,
)
LET_CONDITION_LAPSE = Action(
    name="let-condition-lapse",
    row=(27,),
    says="A condition was not closed by its day: the case is refused.",
    who=by(Role.SYSTEM),
    starts=frozenset({Status.APPROVED_CONDITIONAL}),
    leads_to=(Status.REFUSED,),
    guards=(decision.condition_time_over,),
    takes=Nothing,
    event=events.CaseRefused,
    effects=(effects.remember_where_refused,),
)
CALL_IN = Action(
    name="call-in",
    row=(14,),
    says="Scrutiny calls the decision in, while the call-in window is open.",
    who=by(Role.SCRUTINY_CHAIR),
    starts=frozenset({Status.APPROVED}),
    leads_to=(Status.CALLED_IN,),
    guards=(decision.call_in_window_open, reasons_given),
    takes=decision.CallIn,
    event=events.DecisionCalledIn,
    clears=(decision.ScrutinyResponse,),
)
RECORD_SCRUTINY_RESPONSE = Action(
    name="record-scrutiny-response",
    says="Put on file what scrutiny found of the decision that it called in.",
    who=by(Role.SCRUTINY_CHAIR),
    starts=frozenset({Status.CALLED_IN}),
    guards=(reasons_given,),
    takes=decision.ScrutinyResponse,
)
CONFIRM_AFTER_CALL_IN = Action(
    name="confirm-after-call-in",
    row=(28,),
    says="The decision stands after the call-in.",
    who=by(Role.DECISION_MAKER),
    starts=frozenset({Status.CALLED_IN}),
    leads_to=(Status.APPROVED,),
    guards=(decision.scrutiny_responded, reasons_given, deciders_are_independent),
    takes=decision.Confirmation,
    event=events.DecisionConfirmed,
)
RETURN_AFTER_CALL_IN = Action(
    name="return-after-call-in",
    row=(28,),
    says="The decision is opened again after the call-in, with the questions that must be answered first.",
    who=by(Role.DECISION_MAKER),
    starts=frozenset({Status.CALLED_IN}),
    leads_to=(Status.DEFERRED,),
    guards=(
        decision.scrutiny_responded,
        reasons_given,
        decision.questions_told_apart,
        deciders_are_independent,
    ),
    takes=decision.Deferral,
    event=events.CaseDeferred,
    clears=(decision.QuestionAnswer,),
)
LAPSE_MANDATE = Action(
    name="lapse-mandate",
    row=(22,),
    says="No contract route was chosen while the mandate lasted: the case lapses.",
    who=by(Role.SYSTEM),
    starts=frozenset({Status.APPROVED}),
    leads_to=(Status.LAPSED,),
    guards=(decision.mandate_time_over, decision.mandate_reminders_sent),
    takes=Nothing,
    event=events.CaseLapsed,
    effects=(effects.finish,),
)

ACTIONS = (
    *panel.ACTIONS, ANSWER_QUESTION, RETURN_TO_PANEL, END_DEFERRAL, EVIDENCE_CONDITION, CLOSE_CONDITION,
    CLOSE_CONDITIONS, LET_CONDITION_LAPSE, CALL_IN, RECORD_SCRUTINY_RESPONSE, CONFIRM_AFTER_CALL_IN,
    RETURN_AFTER_CALL_IN, LAPSE_MANDATE,
)  # fmt: skip
SETTINGS = panel.SETTINGS
