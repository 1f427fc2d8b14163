"""Actions from the contract route to the award: who may do what, from where, and on which conditions."""

from rtp_applications.workflow.common.effects import finish
from rtp_applications.workflow.common.guards import deciders_are_independent
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.award import (
    dates,
    effects,
    ending,
    guards,
    indicators,
    payloads,
    restarts,
    standstills,
    tendering,
    time_limits,
)
from rtp_applications.workflow.stages.benefits.guards import promises_are_in_the_contract
from rtp_applications.workflow.stages.contract.actions import AWARDABLE
from rtp_applications.workflow.stages.contract.guards import regime_determined
from rtp_applications.workflow.stages.selection.guards import (
    exclusion_judged,
    key_criteria_determined,
    provider_chosen,
)
from rtp_applications.workflow.stages.social_value.guards import (
    social_value_considered_before_a_direct_award,
    social_value_considered_before_the_tender,
)
from rtp_shared.contracts import applications as events

ON_THE_WAY = frozenset({Status.CONTRACT_ROUTE, Status.TENDER_LIVE, Status.STANDSTILL})
RECORD_NOTICE = Action(
    name="record-notice",
    description="Put on file a notice that was published on the central digital platform.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=ON_THE_WAY
    | {Status.APPROVED, Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW, Status.LAUNCHED},
    guards=(
        *dates.OF_ANY_NOTICE,
        ending.notice_is_not_relied_on,
        guards.tender_is_opened_by_its_own_action,
        time_limits.time_limits_are_of_a_tender,
        time_limits.time_limits_are_lawful,
        standstills.stated_standstill_is_lawful,
    ),
    payload_model=payloads.Notice,
    effects=(effects.keep_corrected_notice,),
)
PUBLISH_TENDER = Action(
    name="publish-tender",
    rows=(16,),
    description="The tender notice is published: the tender is live.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.CONTRACT_ROUTE}),
    leads_to=(Status.TENDER_LIVE,),
    guards=(
        *AWARDABLE,
        key_criteria_determined,
        guards.notice_opens_tender,
        social_value_considered_before_the_tender,
        ending.former_procurement_noticed,
        time_limits.time_limits_are_of_a_tender,
        time_limits.time_limits_are_lawful,
        *dates.OF_A_TENDER,
    ),
    payload_model=payloads.TenderNotice,
    event=events.TenderPublished,
    effects=(effects.keep_corrected_notice,),
)
INVITE_TENDERS = Action(
    name="invite-tenders",
    description="Put on file that those who may participate are invited to submit tenders, and by when: in a "
    "competitive flexible procedure whose tender notice invited requests to participate.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.TENDER_LIVE}),
    guards=(
        time_limits.requests_were_invited,
        time_limits.tendering_period_is_lawful,
        *dates.OF_AN_INVITATION,
    ),
    payload_model=tendering.TenderInvitation,
)
BEGIN_STANDSTILL = Action(
    name="begin-standstill",
    rows=(16,),
    description="The notice that announces the award is published: the standstill begins, in which it may be "
    "challenged.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.CONTRACT_ROUTE, Status.TENDER_LIVE}),
    leads_to=(Status.STANDSTILL,),
    guards=(
        regime_determined,
        guards.tender_held,
        time_limits.tendering_period_over,
        provider_chosen,
        social_value_considered_before_a_direct_award,
        guards.notice_begins_standstill,
        *dates.OF_A_STANDSTILL,
        standstills.stated_standstill_is_lawful,
    ),
    payload_model=payloads.AwardNotice,
    event=events.StandstillBegun,
    effects=(effects.keep_corrected_notice,),
)
RECORD_REPRESENTATION = Action(
    name="record-representation",
    description="Put on file that an aggrieved provider made written representations: the standstill stays open. One "
    "that came late is put on file as late, and blocks nothing.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.STANDSTILL}),
    guards=(guards.representation_was_received, guards.lateness_is_said, *dates.OF_A_REPRESENTATION),
    payload_model=payloads.Representation,
)
RECORD_FURTHER_DECISION = Action(
    name="record-further-decision",
    description="Put on file what was decided anew on a representation, and why. The standstill ends five working days "
    "after it.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.STANDSTILL}),
    guards=(
        guards.representation_on_file,
        guards.further_decision_has_reasons,
        *dates.OF_A_FURTHER_DECISION,
    ),
    payload_model=payloads.FurtherDecision,
)
RECORD_CHALLENGE = Action(
    name="record-challenge",
    description="Put on file a legal challenge, or its end. Nothing is awarded while one is live.",
    signatories=one_of(Role.COMMISSIONER, Role.CASE_OFFICER),
    from_states=ON_THE_WAY | {Status.APPROVED, Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW},
    guards=dates.OF_A_CHALLENGE,
    payload_model=payloads.Challenge,
)
AWARD = Action(
    name="award",
    rows=(16,),
    description="Award the contract to the mutual. Notices are published, the standstill is over, and no challenge "
    "is live.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=ON_THE_WAY,
    leads_to=(Status.AWARDED,),
    guards=(
        *AWARDABLE,
        guards.tender_held,
        time_limits.tendering_period_over,
        provider_chosen,
        social_value_considered_before_a_direct_award,
        ending.former_procurement_noticed,
        guards.notices_published,
        standstills.standstill_over,
        guards.representations_answered,
        guards.no_live_challenge,
        guards.no_challenge_on_the_day_of_the_contract,
        exclusion_judged,
        indicators.indicators_set,
        promises_are_in_the_contract,
        *dates.OF_THE_AWARD,
        deciders_are_independent,
    ),
    payload_model=payloads.Award,
    event=events.ContractAwarded,
)
RECORD_TENDER_LOST = Action(
    name="record-tender-lost",
    rows=(29,),
    description="Somebody else won the tender: a legitimate end. The applicants were given feedback.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=ON_THE_WAY,
    leads_to=(Status.TENDER_LOST,),
    guards=(guards.award_notice_on_file, guards.feedback_given, *dates.OF_A_LOSS),
    payload_model=payloads.TenderLoss,
    event=events.TenderLost,
    effects=(finish,),
)
END_PROCUREMENT = Action(
    name="end-procurement",
    description="End the procurement without a contract: abandon it. What belongs to it is set aside, the notice of "
    "its end is owed, and the case may take another way to a contract.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=ON_THE_WAY,
    leads_to=(Status.CONTRACT_ROUTE,),
    guards=(
        ending.procurement_has_started,
        ending.end_is_a_new_one,
        ending.end_follows_the_standstill,
        *dates.OF_AN_END,
        deciders_are_independent,
    ),
    payload_model=restarts.ProcurementEnd,
    event=events.ProcurementEnded,
    effects=(effects.set_procurement_aside,),
)
RETURN = Action(
    name="return-to-earlier-step",
    description="Go back to an earlier step of a process of the Provider Selection Regime, and repeat it and those "
    "after it. The providers who knew that they were considered were told.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=ON_THE_WAY,
    leads_to=(Status.CONTRACT_ROUTE, Status.TENDER_LIVE),
    guards=(
        ending.selection_process_followed,
        ending.procurement_has_started,
        ending.step_is_of_the_process,
        ending.return_is_a_new_one,
        ending.return_follows_the_standstill,
        *dates.OF_A_RETURN,
        deciders_are_independent,
    ),
    payload_model=restarts.StepReturn,
    event=events.SelectionStepRepeated,
    effects=(effects.go_back,),
)
SET_INDICATORS = Action(
    name="set-performance-indicators",
    description="Put on file the key performance indicators that are set in respect of the contract: at least three, "
    "before it is entered into, where it is worth more than £5 million.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=ON_THE_WAY,
    guards=(indicators.enough_indicators, *dates.OF_INDICATORS),
    payload_model=indicators.PerformanceIndicators,
)
ACTIONS = (
    RECORD_NOTICE, PUBLISH_TENDER, INVITE_TENDERS, BEGIN_STANDSTILL, RECORD_REPRESENTATION, RECORD_FURTHER_DECISION,
    RECORD_CHALLENGE, AWARD, RECORD_TENDER_LOST, END_PROCUREMENT, RETURN, SET_INDICATORS,
)  # fmt: skip
