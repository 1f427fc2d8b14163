"""From the mandate to the award: who may do what, from where, and on which conditions."""

from dataclasses import replace

from rtp_applications.workflow import effects
from rtp_applications.workflow.definition import Action, by
from rtp_applications.workflow.guards import deciders_are_independent
from rtp_applications.workflow.records import Nothing
from rtp_applications.workflow.stages import award, contract
from rtp_applications.workflow.words import Role, Status
from rtp_shared.contracts import applications as events

ON_THE_WAY = frozenset({Status.CONTRACT_ROUTE, Status.TENDER_LIVE, Status.STANDSTILL})
AWARDABLE = (
    contract.regime_determined,
    contract.regime_fits_service,
    contract.value_and_term_recorded,
    contract.reserved_term_within_limit,
)

RECORD_REGIME = Action(
    name="record-regime",
    says="Put on file by which regime the contract may be awarded, and on what legal basis. Where reservation to "
    "mutuals is meant, a relevant health care service cannot be reserved.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.APPROVED, Status.CONTRACT_ROUTE}),
    guards=(contract.selection_route_named, contract.determined_already),
    takes=contract.RegimeDetermination,
)
RECORD_CONTRACT_TERMS = Action(
    name="record-contract-terms",
    says="Put on file what the contract is worth, net and gross of VAT, and how long it may last with all extensions.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE}),
    guards=(contract.gross_not_below_net,),
    takes=contract.ContractTerms,
)
CHOOSE_CONTRACT_ROUTE = Action(
    name="choose-contract-route",
    row=(15,),
    says="Set out on the contract route: the regime is determined, value and term are recorded, and the decision can "
    "no longer be called in.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.APPROVED}),
    leads_to=(Status.CONTRACT_ROUTE,),
    guards=(*AWARDABLE, contract.call_in_window_over),
    takes=Nothing,
    event=events.ContractRouteChosen,
)
BEGIN_PROCUREMENT = Action(
    name="begin-procurement",
    row=(25,),
    says="Begin the procurement to which acceptance leads, within the time that the authority published. Anyone may "
    "win it; the applicants were told that they must bid.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.EOI_ACCEPTED}),
    leads_to=(Status.CONTRACT_ROUTE,),
    guards=(contract.within_published_gap, contract.applicants_told_to_bid),
    takes=contract.ProcurementStart,
    event=events.ProcurementBegun,
)
RECORD_NOTICE = Action(
    name="record-notice",
    says="Put on file a notice that was published on the central digital platform.",
    who=by(Role.COMMISSIONER),
    starts=ON_THE_WAY | {Status.APPROVED, Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW, Status.LAUNCHED},
    guards=(award.notice_is_out,),
    takes=award.Notice,
)
PUBLISH_TENDER = Action(
    name="publish-tender",
    row=(16,),
    says="The tender notice is published: the tender is live.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.CONTRACT_ROUTE}),
    leads_to=(Status.TENDER_LIVE,),
    guards=(*AWARDABLE, award.notice_opens_tender, award.notice_is_out),
    takes=award.Notice,
    event=events.TenderPublished,
)
BEGIN_STANDSTILL = Action(
    name="begin-standstill",
    row=(16,),
    says="The notice that announces the award is published: the standstill begins, in which it may be challenged.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.CONTRACT_ROUTE, Status.TENDER_LIVE}),
    leads_to=(Status.STANDSTILL,),
    guards=(contract.regime_determined, award.tender_held, award.notice_begins_standstill, award.notice_is_out),
    takes=award.Notice,
    event=events.StandstillBegun,
)
RECORD_REPRESENTATION = Action(
    name="record-representation",
    says="Put on file that an aggrieved provider made written representations: the standstill stays open.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.STANDSTILL}),
    guards=(award.representation_in_time,),
    takes=award.Representation,
)
RECORD_FURTHER_DECISION = Action(
    name="record-further-decision",
    says="Put on file what was decided anew on a representation. The standstill ends five working days after it.",
    who=by(Role.COMMISSIONER),
    starts=frozenset({Status.STANDSTILL}),
    guards=(award.representation_on_file, award.communicated_after_receipt),
    takes=award.FurtherDecision,
)
RECORD_CHALLENGE = Action(
    name="record-challenge",
    says="Put on file a legal challenge, or its end. Nothing is awarded while one is live.",
    who=by(Role.COMMISSIONER, Role.CASE_OFFICER),
    starts=ON_THE_WAY | {Status.APPROVED, Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW},
    guards=(award.challenge_dates_in_order,),
    takes=award.Challenge,
)
AWARD = Action(
    name="award",
    row=(16,),
    says="Award the contract to the mutual. Notices are published, the standstill is over, and no challenge is live.",
    who=by(Role.COMMISSIONER),
    starts=ON_THE_WAY,
    leads_to=(Status.AWARDED,),
    guards=(
        *AWARDABLE,
        award.tender_held,
        award.notices_published,
        award.standstill_over,
        award.representations_answered,
        award.no_live_challenge,
        award.award_day_has_come,
        deciders_are_independent,
    ),
    takes=award.Award,
    event=events.ContractAwarded,
)
RECORD_TENDER_LOST = Action(
    name="record-tender-lost",
    row=(29,),
    says="Somebody else won the tender: a legitimate end. The applicants were given feedback.",
    who=by(Role.COMMISSIONER),
    starts=ON_THE_WAY,
    leads_to=(Status.TENDER_LOST,),
    guards=(award.award_notice_on_file, award.feedback_given),
    takes=award.TenderLoss,
    event=events.TenderLost,
    effects=(effects.finish,),
)

ACTIONS = (
    RECORD_REGIME, RECORD_CONTRACT_TERMS, CHOOSE_CONTRACT_ROUTE, RECORD_NOTICE, PUBLISH_TENDER, BEGIN_STANDSTILL,
    RECORD_REPRESENTATION, RECORD_FURTHER_DECISION, RECORD_CHALLENGE, AWARD, RECORD_TENDER_LOST,
)  # fmt: skip
OF_A_CHALLENGE = (
    BEGIN_PROCUREMENT,
    replace(RECORD_REGIME, guards=(*RECORD_REGIME.guards, contract.regime_open_to_challenge)),
    *(action for action in ACTIONS if action not in (RECORD_REGIME, CHOOSE_CONTRACT_ROUTE)),
)
"""Under the Community Right to Challenge: acceptance leads straight to a procurement that anyone may win."""
