"""Actions from the mandate to the contract route."""

from rtp_applications.workflow.common.days import DecisionDay
from rtp_applications.workflow.common.guards import well_being_considered
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.contract import dates, guards, payloads
from rtp_applications.workflow.stages.contract.facts import ProcurementRecord
from rtp_shared.contracts import applications as events

AWARDABLE = (
    guards.regime_determined,
    guards.regime_fits_service,
    guards.regime_is_open,
    guards.value_and_term_recorded,
    guards.reserved_term_within_limit,
)
RECORD_REGIME = Action(
    name="record-regime",
    description="Put on file by which regime the contract may be awarded, and on what legal basis. Where reservation "
    "to mutuals is meant, a relevant health care service cannot be reserved.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.APPROVED, Status.CONTRACT_ROUTE}),
    guards=(guards.selection_route_named, *dates.OF_THE_REGIME),
    payload_model=payloads.RegimeDetermination,
)
RECORD_CONTRACT_TERMS = Action(
    name="record-contract-terms",
    description="Put on file what the contract is worth, net and gross of VAT, and how long it may last with all "
    "extensions.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE}),
    guards=(guards.gross_not_below_net, *dates.OF_THE_TERMS),
    payload_model=payloads.ContractTerms,
)
RECORD_PROCUREMENT_FACTS = Action(
    name="record-procurement-facts",
    description="Put on file what is known of the procurement, from which its regime is computed: codes, the existing "
    "provider, what changes, who controls the mutual. What is left out is not known, and settles nothing.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE}),
    guards=(guards.facts_agree_with_each_other, *dates.OF_THE_FACTS),
    payload_model=ProcurementRecord,
)
CHOOSE_CONTRACT_ROUTE = Action(
    name="choose-contract-route",
    rows=(15,),
    description="Set out on the contract route: the regime is determined, value and term are recorded, and the "
    "decision can no longer be called in.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.APPROVED}),
    leads_to=(Status.CONTRACT_ROUTE,),
    guards=(*AWARDABLE, guards.call_in_window_over, *dates.OF_THE_ROUTE),
    payload_model=DecisionDay,
    event=events.ContractRouteChosen,
)
BEGIN_PROCUREMENT = Action(
    name="begin-procurement",
    rows=(25,),
    description="Begin the procurement to which acceptance leads, within the time that the authority published. "
    "Anyone may win it; the applicants were told that they must bid.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.EOI_ACCEPTED}),
    leads_to=(Status.CONTRACT_ROUTE,),
    guards=(
        guards.within_published_gap,
        guards.applicants_told_to_bid,
        *dates.OF_THE_PROCUREMENT,
        well_being_considered,
    ),
    payload_model=payloads.ProcurementStart,
    event=events.ProcurementBegun,
)
ACTIONS = (RECORD_REGIME, RECORD_CONTRACT_TERMS, RECORD_PROCUREMENT_FACTS, CHOOSE_CONTRACT_ROUTE)
ACTIONS_OF_A_CHALLENGE = (
    BEGIN_PROCUREMENT,
    RECORD_REGIME.with_guards(guards.regime_open_to_challenge, guards.route_open_to_challenge),
    RECORD_CONTRACT_TERMS,
    RECORD_PROCUREMENT_FACTS,
)
"""Under the Community Right to Challenge: acceptance leads straight to a procurement that anyone may win."""
