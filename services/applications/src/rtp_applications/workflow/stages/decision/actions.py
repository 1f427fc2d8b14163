"""Actions that follow on the panel's decision, up to the mandate: rows 14, 22, 27 and 28 of the process."""

from rtp_applications.workflow.common.effects import finish, remember_where_refused
from rtp_applications.workflow.common.guards import deciders_are_independent, documents_are_on_file, reasons_given
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.common.signatories import JOINT
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import APPLICANTS, Role, Status
from rtp_applications.workflow.stages.decision import dates, effects, guards, payloads
from rtp_shared.contracts import applications as events

ANSWER_QUESTION = Action(
    name="answer-question",
    description="Answer one of the questions for whose sake the decision was put off.",
    signatories=one_of(*APPLICANTS),
    from_states=frozenset({Status.DEFERRED}),
    guards=(guards.question_was_asked, documents_are_on_file),
    payload_model=payloads.QuestionAnswer,
)
RETURN_TO_PANEL = Action(
    name="return-to-panel",
    rows=(27,),
    description="Every question is answered: back to the panel. The staff group's lead and a case officer both sign.",
    signatories=JOINT,
    from_states=frozenset({Status.DEFERRED}),
    leads_to=(Status.PANEL_READY,),
    guards=(guards.every_question_answered,),
    payload_model=Nothing,
    event=events.CaseReturnedToPanel,
)
END_DEFERRAL = Action(
    name="end-deferral",
    rows=(27,),
    description="The time for the answers is over: back to the panel with what is held.",
    signatories=one_of(Role.SYSTEM),
    from_states=frozenset({Status.DEFERRED}),
    leads_to=(Status.PANEL_READY,),
    guards=(guards.deferral_time_over,),
    payload_model=Nothing,
    event=events.CaseReturnedToPanel,
)
EVIDENCE_CONDITION = Action(
    name="evidence-condition",
    description="Put on file what shows that a condition is met.",
    signatories=one_of(*APPLICANTS),
    from_states=frozenset({Status.APPROVED_CONDITIONAL}),
    guards=(guards.condition_is_open, documents_are_on_file),
    payload_model=payloads.ConditionEvidence,
)
CLOSE_CONDITION = Action(
    name="close-condition",
    description="Find a condition met by its evidence.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.APPROVED_CONDITIONAL}),
    guards=(guards.condition_is_open, guards.condition_evidenced),
    payload_model=payloads.ConditionClosure,
    effects=(effects.meet_condition,),
)
CLOSE_CONDITIONS = Action(
    name="close-conditions",
    rows=(27,),
    description="Every condition is closed: the case is approved. The staff group's lead and a case officer both sign.",
    signatories=JOINT,
    from_states=frozenset({Status.APPROVED_CONDITIONAL}),
    leads_to=(Status.APPROVED,),
    guards=(guards.every_condition_closed,),
    payload_model=Nothing,
    event=events.ConditionsClosed,
)
LET_CONDITION_LAPSE = Action(
    name="let-condition-lapse",
    rows=(27,),
    description="A condition was not closed by its day: the case is refused.",
    signatories=one_of(Role.SYSTEM),
    from_states=frozenset({Status.APPROVED_CONDITIONAL}),
    leads_to=(Status.REFUSED,),
    guards=(guards.condition_time_over,),
    payload_model=Nothing,
    event=events.CaseRefused,
    effects=(remember_where_refused,),
)
CALL_IN = Action(
    name="call-in",
    rows=(14,),
    description="Scrutiny calls the decision in, while the call-in window is open. One on paper in time may be entered "
    "later, until the decision is carried out: scrutiny looks at what is made but not implemented.",
    signatories=one_of(Role.SCRUTINY_CHAIR),
    from_states=frozenset({Status.APPROVED}),
    leads_to=(Status.CALLED_IN,),
    guards=(guards.call_in_window_open, reasons_given, *dates.OF_A_CALL_IN),
    payload_model=payloads.CallIn,
    event=events.DecisionCalledIn,
    clears=(payloads.ScrutinyResponse, payloads.CallInLapse),
    nowhere_else="scrutiny recommends on a decision that is made but not implemented (Local Government Act 2000 "
    "s.9F(4) and SI 2017/68 art 7(4)), and this one was carried out when the time for a call-in was over",
)
RECORD_SCRUTINY_RESPONSE = Action(
    name="record-scrutiny-response",
    description="Put on file what scrutiny found of the decision that it called in.",
    signatories=one_of(Role.SCRUTINY_CHAIR),
    from_states=frozenset({Status.CALLED_IN}),
    guards=(reasons_given, *dates.OF_A_RESPONSE),
    payload_model=payloads.ScrutinyResponse,
)
RECORD_CALL_IN_LAPSE = Action(
    name="record-call-in-lapse",
    description="Put on file that by the constitution the call-in holds the decision no more, as the monitoring "
    "officer found: scrutiny did not meet about it in time, and the body has no rule `call-in-review` of its own here.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.CALLED_IN}),
    guards=(guards.scrutiny_has_no_time, reasons_given, *dates.OF_A_LAPSE),
    payload_model=payloads.CallInLapse,
)
CONFIRM_AFTER_CALL_IN = Action(
    name="confirm-after-call-in",
    rows=(28,),
    description="The decision stands after the call-in.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.CALLED_IN}),
    leads_to=(Status.APPROVED,),
    guards=(guards.scrutiny_responded, reasons_given, deciders_are_independent, *dates.AFTER_A_CALL_IN),
    payload_model=payloads.Confirmation,
    event=events.DecisionConfirmed,
)
RETURN_AFTER_CALL_IN = Action(
    name="return-after-call-in",
    rows=(28,),
    description="The decision is opened again after the call-in, with the questions that must be answered first.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.CALLED_IN}),
    leads_to=(Status.DEFERRED,),
    guards=(
        guards.scrutiny_responded,
        reasons_given,
        guards.questions_told_apart,
        deciders_are_independent,
        *dates.AFTER_A_CALL_IN,
    ),
    payload_model=payloads.Deferral,
    event=events.CaseDeferred,
    clears=(payloads.QuestionAnswer,),
)
LAPSE_MANDATE = Action(
    name="lapse-mandate",
    rows=(22,),
    description="No contract route was chosen while the mandate lasted: the case lapses.",
    signatories=one_of(Role.SYSTEM),
    from_states=frozenset({Status.APPROVED}),
    leads_to=(Status.LAPSED,),
    guards=(guards.mandate_time_over, guards.mandate_reminders_sent),
    payload_model=Nothing,
    event=events.CaseLapsed,
    effects=(finish,),
)
ACTIONS = (
    ANSWER_QUESTION, RETURN_TO_PANEL, END_DEFERRAL, EVIDENCE_CONDITION, CLOSE_CONDITION, CLOSE_CONDITIONS,
    LET_CONDITION_LAPSE, CALL_IN, RECORD_SCRUTINY_RESPONSE, RECORD_CALL_IN_LAPSE, CONFIRM_AFTER_CALL_IN,
    RETURN_AFTER_CALL_IN, LAPSE_MANDATE,
)  # fmt: skip
