"""Assurance and the panel: rows 12 and 13 of the process."""

from collections.abc import Mapping
from datetime import date

from rtp_applications.workflow import effects
from rtp_applications.workflow.actions.interest import SECOND_DECIDER
from rtp_applications.workflow.definition import Action, Setting, by
from rtp_applications.workflow.guards import (
    deciders_are_independent,
    ground_is_supported,
    ground_on_the_list,
    reasons_given,
)
from rtp_applications.workflow.records import Nothing, Refusal
from rtp_applications.workflow.stages import assurance, business_case, decision, panel
from rtp_applications.workflow.words import WITH_EXECUTIVES, Role, Status
from rtp_shared.contracts import applications as events

BEFORE_THE_PANEL = frozenset({Status.CASE_SUBMITTED, Status.ASSURANCE, Status.PANEL_READY, Status.DEFERRED})
DECIDED = (
    panel.quorum_reached,
    panel.vote_supports_it,
    decision.reasoned_by_criterion,
    decision.value_for_money_concluded,
    deciders_are_independent,
    panel.key_decision_announced,
    panel.agenda_published,
)
"""What every decision of the panel rests on."""

BEGIN_ASSURANCE = Action(
    name="begin-assurance",
    row=(12,),
    says="The business case is complete: begin to assure it, strand by strand.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.CASE_SUBMITTED}),
    leads_to=(Status.ASSURANCE,),
    guards=(business_case.documents_complete, business_case.documents_clean),
    takes=business_case.CompletenessCheck,
    event=events.AssuranceBegun,
    clears=(assurance.AssuranceRating, assurance.CommissionerConsent),
)
RETURN_BUSINESS_CASE = Action(
    name="return-business-case",
    row=(12,),
    says="Send the business case back to the staff group: it is incomplete, or the commissioner refuses its consent. "
    "What was submitted stays frozen; it is submitted anew with new versions.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.CASE_SUBMITTED, Status.ASSURANCE}),
    leads_to=(Status.BUSINESS_CASE,),
    guards=(reasons_given,),
    takes=business_case.BusinessCaseReturn,
    event=events.BusinessCaseReturned,
)
RATE_STRAND = Action(
    name="rate-strand",
    says="Rate one strand of assurance green, amber or red. The staff group does not see it before the decision.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.ASSURANCE}),
    guards=(assurance.strand_is_assured, deciders_are_independent),
    takes=assurance.AssuranceRating,
)
RECORD_COMMISSIONER_CONSENT = Action(
    name="record-commissioner-consent",
    says="Say whether the body that commissions the service consents, where that is not the employer.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.ASSURANCE}),
    guards=(assurance.commissioned_elsewhere,),
    takes=assurance.CommissionerConsent,
)
PUBLISH_PANEL_PAPERS = Action(
    name="publish-panel-papers",
    row=(12,),
    says="Every strand is rated: publish the papers for the panel.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.ASSURANCE}),
    leads_to=(Status.PANEL_READY,),
    guards=(
        assurance.every_strand_rated,
        assurance.commissioner_consents,
        panel.panel_appointed,
        panel.no_member_conflicted,
    ),
    takes=Nothing,
    event=events.PanelPapersPublished,
    clears=(panel.Vote, panel.AgendaPublication),
)
PUBLISH_KEY_DECISION_NOTICE = Action(
    name="publish-key-decision-notice",
    says="Put on file that a council gave notice of the key decision.",
    who=by(Role.CASE_OFFICER),
    starts=BEFORE_THE_PANEL,
    guards=(panel.notice_is_owed, panel.published_by_today),
    takes=panel.KeyDecisionAnnouncement,
)
PUBLISH_AGENDA = Action(
    name="publish-agenda",
    says="Put on file that a council published the agenda and papers of the meeting that will decide.",
    who=by(Role.CASE_OFFICER),
    starts=frozenset({Status.PANEL_READY}),
    guards=(panel.notice_is_owed, panel.published_by_today),
    takes=panel.AgendaPublication,
)
CAST_VOTE = Action(
    name="cast-vote",
    says="Cast your own vote, or another one in its place before the panel has decided.",
    who=by(Role.PANEL_MEMBER, Role.DECISION_MAKER),
    starts=frozenset({Status.PANEL_READY}),
    guards=(panel.vote_is_own, deciders_are_independent),
    takes=panel.Vote,
)
APPROVE = Action(
    name="approve",
    row=(13,),
    says="Approve the business case: the mandate to proceed.",
    who=by(Role.DECISION_MAKER),
    starts=frozenset({Status.PANEL_READY}),
    leads_to=(Status.APPROVED,),
    guards=(*DECIDED, decision.decision_published_by_today),
    takes=decision.Approval,
    event=events.CaseApproved,
    effects=(effects.count_votes, effects.open_ratings),
    clears=(panel.Vote, panel.AgendaPublication),
)
APPROVE_WITH_CONDITIONS = Action(
    name="approve-with-conditions",
    row=(13,),
    says="Approve the business case on conditions, each with the day by which it must be closed.",
    who=by(Role.DECISION_MAKER),
    starts=frozenset({Status.PANEL_READY}),
    leads_to=(Status.APPROVED_CONDITIONAL,),
    guards=(*DECIDED, decision.conditions_told_apart, decision.conditions_fall_due_later),
    takes=decision.ConditionalApproval,
    event=events.CaseApprovedConditionally,
    effects=(effects.count_votes, effects.open_ratings),
    clears=(panel.Vote, panel.AgendaPublication, decision.ConditionEvidence, decision.ConditionClosure),
)
DEFER = Action(
    name="defer",
    row=(13,),
    says="Put the decision off, with the questions that must be answered first. The panel will vote anew.",
    who=by(Role.DECISION_MAKER),
    starts=frozenset({Status.PANEL_READY}),
    leads_to=(Status.DEFERRED,),
    guards=(*DECIDED, decision.questions_told_apart),
    takes=decision.Deferral,
    event=events.CaseDeferred,
    effects=(effects.count_votes,),
    clears=(panel.Vote, panel.AgendaPublication, decision.QuestionAnswer),
)
REFUSE_BUSINESS_CASE = Action(
    name="refuse-business-case",
    row=(13,),
    says="Refuse the business case. Two people sign.",
    who=(*by(Role.DECISION_MAKER), SECOND_DECIDER),
    starts=frozenset({Status.PANEL_READY}),
    leads_to=(Status.REFUSED,),
    guards=(*DECIDED, reasons_given, ground_on_the_list, ground_is_supported),
    takes=Refusal,
    event=events.CaseRefused,
    effects=(effects.remember_where_refused, effects.count_votes, effects.open_ratings),
    clears=(panel.Vote, panel.AgendaPublication),
)

ACTIONS = (
    BEGIN_ASSURANCE, RETURN_BUSINESS_CASE, RATE_STRAND, RECORD_COMMISSIONER_CONSENT, PUBLISH_PANEL_PAPERS,
    PUBLISH_KEY_DECISION_NOTICE, PUBLISH_AGENDA, CAST_VOTE, APPROVE, APPROVE_WITH_CONDITIONS, DEFER,
    REFUSE_BUSINESS_CASE,
)  # fmt: skip

SINCE = date(2026, 11, 23)
NOTICE = "SI 2012/2089: Local Authorities (Executive Arrangements) (Meetings and Access to Information) (England)"
SETTINGS: Mapping[str, Setting] = {
    "quorum-percent": Setting(
        50, "platform default, proposed 2026-11: half of the members; the body's own procedure", "proposed", SINCE
    ),
    "key-decision-notice": Setting({"number": 28, "unit": "clear-days"}, NOTICE, "found", SINCE),
    "agenda-notice": Setting({"number": 5, "unit": "clear-days"}, NOTICE, "found", SINCE),
    "key-decision-bodies": Setting(
        WITH_EXECUTIVES,
        f"{NOTICE}; councils with executive arrangements: a council with committees has none to announce",
        "believed",
        SINCE,
    ),
}
