"""Actions of the panel: rows 12 and 13 of the process."""

from rtp_applications.workflow.common.effects import remember_where_refused
from rtp_applications.workflow.common.guards import (
    deciders_are_independent,
    ground_is_supported,
    ground_on_the_list,
    reasons_given,
)
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.common.signatories import SECOND_DECIDER
from rtp_applications.workflow.definition import Action, one_of, replace_actions
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.assurance.effects import disclose_ratings
from rtp_applications.workflow.stages.assurance.guards import commissioner_consents, every_strand_rated
from rtp_applications.workflow.stages.decision.guards import (
    conditions_told_apart,
    questions_told_apart,
    reasoned_by_criterion,
    value_for_money_concluded,
)
from rtp_applications.workflow.stages.decision.payloads import (
    Approval,
    BusinessCaseRefusal,
    ConditionalApproval,
    ConditionClosure,
    ConditionEvidence,
    PanelDeferral,
    QuestionAnswer,
)
from rtp_applications.workflow.stages.panel import dates, effects, exceptions, guards, notices, payloads
from rtp_shared.contracts import applications as events

BEFORE_THE_PANEL = frozenset({Status.CASE_SUBMITTED, Status.ASSURANCE, Status.PANEL_READY, Status.DEFERRED})
DECIDED = (
    guards.quorum_reached,
    guards.vote_supports_it,
    reasoned_by_criterion,
    value_for_money_concluded,
    deciders_are_independent,
    notices.key_decision_announced,
    notices.agenda_published,
    notices.private_meeting_announced,
)
"""Guards of every decision of the panel."""
SPENT = (
    payloads.Vote,
    payloads.AgendaPublication,
    payloads.GeneralException,
    payloads.SpecialUrgency,
    payloads.PrivateMeetingNotice,
    payloads.ShorterNotice,
)
"""What serves one decision, and no later one."""
SCRUTINISING = frozenset({"call-in", "record-scrutiny-response"})
PUBLISH_PANEL_PAPERS = Action(
    name="publish-panel-papers",
    rows=(12,),
    description="Every strand is rated: publish the papers for the panel.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.ASSURANCE}),
    leads_to=(Status.PANEL_READY,),
    guards=(
        every_strand_rated,
        commissioner_consents,
        guards.panel_appointed,
        guards.no_member_conflicted,
    ),
    payload_model=Nothing,
    event=events.PanelPapersPublished,
    clears=(payloads.Vote, payloads.AgendaPublication),
)
PUBLISH_KEY_DECISION_NOTICE = Action(
    name="publish-key-decision-notice",
    description="Put on file that notice of the key decision was given, where the constitution of the body owes it.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=BEFORE_THE_PANEL,
    guards=(
        notices.key_decision_notice_is_owed,
        *dates.OF_A_KEY_DECISION,
        notices.notice_can_serve,
        exceptions.decision_makers_named,
    ),
    payload_model=payloads.KeyDecisionAnnouncement,
)
PUBLISH_AGENDA = Action(
    name="publish-agenda",
    description="Put on file that agenda and papers of the meeting that will decide were published, where the "
    "constitution of the body owes it.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.PANEL_READY}),
    guards=(notices.meeting_notice_is_owed, *dates.OF_AN_AGENDA),
    payload_model=payloads.AgendaPublication,
)
NOTIFY_GENERAL_EXCEPTION = Action(
    name="notify-general-exception",
    description="Put on file that scrutiny was told in writing of a key decision that could not be announced in time.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=BEFORE_THE_PANEL,
    guards=(exceptions.general_exception_is_open, *dates.OF_AN_EXCEPTION, reasons_given),
    payload_model=payloads.GeneralException,
)
AGREE_SPECIAL_URGENCY = Action(
    name="agree-special-urgency",
    description="Agree that a key decision, or a private meeting, is urgent and cannot reasonably be deferred.",
    signatories=one_of(Role.SCRUTINY_CHAIR, Role.CASE_OFFICER),
    from_states=BEFORE_THE_PANEL,
    guards=(
        exceptions.urgency_is_open,
        exceptions.urgency_is_agreed,
        exceptions.executive_does_not_scrutinise,
        *dates.OF_URGENCY,
        reasons_given,
    ),
    payload_model=payloads.SpecialUrgency,
)
GIVE_PRIVATE_MEETING_NOTICE = Action(
    name="give-private-meeting-notice",
    description="Put on file a notice that the meeting that will decide is to be held in private.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=BEFORE_THE_PANEL,
    guards=(
        exceptions.private_meeting_notice_is_owed,
        exceptions.representations_answered,
        *dates.OF_AN_EXCEPTION,
        reasons_given,
    ),
    payload_model=payloads.PrivateMeetingNotice,
)
CONVENE_AT_SHORTER_NOTICE = Action(
    name="convene-at-shorter-notice",
    description="Put on file that the meeting that will decide is convened at shorter notice.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.PANEL_READY}),
    guards=(exceptions.shorter_notice_is_open, *dates.OF_A_SHORTER_NOTICE, reasons_given),
    payload_model=payloads.ShorterNotice,
)
RECORD_DECISION = Action(
    name="record-decision",
    description="Put on file the written statement of a decision: of the meeting that made it, or of the one member or "
    "officer who did.",
    signatories=one_of(Role.DECISION_MAKER, Role.CASE_OFFICER),
    from_states=frozenset(
        {Status.APPROVED, Status.APPROVED_CONDITIONAL, Status.DEFERRED, Status.REFUSED, Status.CALLED_IN}
    ),
    guards=(exceptions.record_is_owed, exceptions.record_is_of_a_decision, *dates.OF_A_RECORD, reasons_given),
    payload_model=payloads.DecisionRecord,
)
CAST_VOTE = Action(
    name="cast-vote",
    description="Cast your own vote, or another one in its place before the panel has decided.",
    signatories=one_of(Role.PANEL_MEMBER, Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    guards=(guards.vote_is_own, deciders_are_independent, *dates.OF_A_VOTE),
    payload_model=payloads.Vote,
)
APPROVE = Action(
    name="approve",
    rows=(13,),
    description="Approve the business case: the mandate to proceed.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.APPROVED,),
    guards=(*DECIDED, notices.not_key_is_reasoned, *dates.OF_AN_APPROVAL),
    payload_model=Approval,
    event=events.CaseApproved,
    effects=(effects.record_vote_count, disclose_ratings),
    clears=SPENT,
)
APPROVE_WITH_CONDITIONS = Action(
    name="approve-with-conditions",
    rows=(13,),
    description="Approve the business case on conditions, each with the day by which it must be closed.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.APPROVED_CONDITIONAL,),
    guards=(
        *DECIDED,
        notices.not_key_is_reasoned,
        conditions_told_apart,
        *dates.OF_CONDITIONS,
        *dates.OF_A_DECISION,
    ),
    payload_model=ConditionalApproval,
    event=events.CaseApprovedConditionally,
    effects=(effects.record_vote_count, disclose_ratings),
    clears=(*SPENT, ConditionEvidence, ConditionClosure),
)
DEFER = Action(
    name="defer",
    rows=(13,),
    description="Put the decision off, with the questions that must be answered first. The panel will vote anew.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.DEFERRED,),
    guards=(*DECIDED, questions_told_apart, *dates.OF_A_DECISION),
    payload_model=PanelDeferral,
    event=events.CaseDeferred,
    effects=(effects.record_vote_count,),
    clears=(*SPENT, QuestionAnswer),
)
REFUSE_BUSINESS_CASE = Action(
    name="refuse-business-case",
    rows=(13,),
    description="Refuse the business case. Two people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.REFUSED,),
    guards=(*DECIDED, reasons_given, ground_on_the_list, ground_is_supported, *dates.OF_A_DECISION),
    payload_model=BusinessCaseRefusal,
    event=events.CaseRefused,
    effects=(remember_where_refused, effects.record_vote_count, disclose_ratings),
    clears=SPENT,
)
ACTIONS = (
    PUBLISH_PANEL_PAPERS, PUBLISH_KEY_DECISION_NOTICE, NOTIFY_GENERAL_EXCEPTION, AGREE_SPECIAL_URGENCY,
    GIVE_PRIVATE_MEETING_NOTICE, PUBLISH_AGENDA, CONVENE_AT_SHORTER_NOTICE, CAST_VOTE, APPROVE,
    APPROVE_WITH_CONDITIONS, DEFER, REFUSE_BUSINESS_CASE, RECORD_DECISION,
)  # fmt: skip


def ask_for_record(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with the contract route open only once the decision is recorded as the law asks."""
    choosing = next(each for each in actions if each.name == "choose-contract-route")
    return replace_actions(actions, choosing.with_guards(notices.decision_recorded))


def keep_scrutiny_apart(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with those of scrutiny refused to the executive and to who decided."""
    of_scrutiny = (each for each in actions if each.name in SCRUTINISING)
    return replace_actions(
        actions, *(each.with_guards(exceptions.executive_does_not_scrutinise) for each in of_scrutiny)
    )
