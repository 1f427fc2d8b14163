"""Actions of the panel: rows 12 and 13 of the process."""

from rtp_applications.workflow.common.effects import remember_where_refused
from rtp_applications.workflow.common.guards import (
    deciders_are_independent,
    ground_is_supported,
    ground_on_the_list,
    reasons_given,
)
from rtp_applications.workflow.common.payloads import Nothing, Refusal
from rtp_applications.workflow.common.signatories import SECOND_DECIDER
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.assurance.effects import disclose_ratings
from rtp_applications.workflow.stages.assurance.guards import commissioner_consents, every_strand_rated
from rtp_applications.workflow.stages.decision.guards import (
    conditions_fall_due_later,
    conditions_told_apart,
    decision_published_by_today,
    questions_told_apart,
    reasoned_by_criterion,
    value_for_money_concluded,
)
from rtp_applications.workflow.stages.decision.payloads import (
    Approval,
    ConditionalApproval,
    ConditionClosure,
    ConditionEvidence,
    Deferral,
    QuestionAnswer,
)
from rtp_applications.workflow.stages.panel import effects, guards, notices, payloads
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
)
"""Guards of every decision of the panel."""
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
    guards=(notices.key_decision_notice_is_owed, guards.published_by_today),
    payload_model=payloads.KeyDecisionAnnouncement,
)
PUBLISH_AGENDA = Action(
    name="publish-agenda",
    description="Put on file that agenda and papers of the meeting that will decide were published, where the "
    "constitution of the body owes it.",
    signatories=one_of(Role.CASE_OFFICER),
    from_states=frozenset({Status.PANEL_READY}),
    guards=(notices.meeting_notice_is_owed, guards.published_by_today),
    payload_model=payloads.AgendaPublication,
)
CAST_VOTE = Action(
    name="cast-vote",
    description="Cast your own vote, or another one in its place before the panel has decided.",
    signatories=one_of(Role.PANEL_MEMBER, Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    guards=(guards.vote_is_own, deciders_are_independent),
    payload_model=payloads.Vote,
)
APPROVE = Action(
    name="approve",
    rows=(13,),
    description="Approve the business case: the mandate to proceed.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.APPROVED,),
    guards=(*DECIDED, decision_published_by_today),
    payload_model=Approval,
    event=events.CaseApproved,
    effects=(effects.record_vote_count, disclose_ratings),
    clears=(payloads.Vote, payloads.AgendaPublication),
)
APPROVE_WITH_CONDITIONS = Action(
    name="approve-with-conditions",
    rows=(13,),
    description="Approve the business case on conditions, each with the day by which it must be closed.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.APPROVED_CONDITIONAL,),
    guards=(*DECIDED, conditions_told_apart, conditions_fall_due_later),
    payload_model=ConditionalApproval,
    event=events.CaseApprovedConditionally,
    effects=(effects.record_vote_count, disclose_ratings),
    clears=(payloads.Vote, payloads.AgendaPublication, ConditionEvidence, ConditionClosure),
)
DEFER = Action(
    name="defer",
    rows=(13,),
    description="Put the decision off, with the questions that must be answered first. The panel will vote anew.",
    signatories=one_of(Role.DECISION_MAKER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.DEFERRED,),
    guards=(*DECIDED, questions_told_apart),
    payload_model=Deferral,
    event=events.CaseDeferred,
    effects=(effects.record_vote_count,),
    clears=(payloads.Vote, payloads.AgendaPublication, QuestionAnswer),
)
REFUSE_BUSINESS_CASE = Action(
    name="refuse-business-case",
    rows=(13,),
    description="Refuse the business case. Two people sign.",
    signatories=(*one_of(Role.DECISION_MAKER), SECOND_DECIDER),
    from_states=frozenset({Status.PANEL_READY}),
    leads_to=(Status.REFUSED,),
    guards=(*DECIDED, reasons_given, ground_on_the_list, ground_is_supported),
    payload_model=Refusal,
    event=events.CaseRefused,
    effects=(remember_where_refused, effects.record_vote_count, disclose_ratings),
    clears=(payloads.Vote, payloads.AgendaPublication),
)
ACTIONS = (
    PUBLISH_PANEL_PAPERS, PUBLISH_KEY_DECISION_NOTICE, PUBLISH_AGENDA, CAST_VOTE, APPROVE, APPROVE_WITH_CONDITIONS,
    DEFER, REFUSE_BUSINESS_CASE,
)  # fmt: skip
