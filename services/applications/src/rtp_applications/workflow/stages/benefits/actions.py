"""Actions by which benefits are promised, and written into the contract."""

from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.benefits import dates, effects, guards, payloads

PROMISING = one_of(Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER)
WRITING = frozenset({Status.EOI_ACCEPTED, Status.FEASIBILITY, Status.BUSINESS_CASE})
CONTRACTING = frozenset({Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE, Status.STANDSTILL})
PROMISE = Action(
    name="promise-benefit",
    description="Promise a benefit in a form that can be measured: which measure, what target, by when. The same id "
    "again replaces it.",
    signatories=PROMISING,
    from_states=WRITING,
    guards=(guards.unit_fits, *dates.OF_A_PROMISE),
    payload_model=payloads.BenefitPromise,
    effects=(effects.forget_clause,),
)
WITHDRAW_PROMISE = Action(
    name="withdraw-benefit",
    description="Promise a benefit no more, before the business case is submitted.",
    signatories=PROMISING,
    from_states=WRITING,
    guards=(guards.benefit_is_promised,),
    payload_model=payloads.BenefitWithdrawal,
    effects=(effects.take_promise_back,),
)
WRITE_INTO_CONTRACT = Action(
    name="write-benefit-into-contract",
    description="Say where the contract holds the mutual to a promised benefit, and by which indicator, or why it does "
    "not. Nothing is awarded before every promise has one of the two.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=CONTRACTING,
    guards=(guards.benefit_is_promised, guards.clause_or_reason),
    payload_model=payloads.BenefitClause,
)
ACTIONS = (PROMISE, WITHDRAW_PROMISE, WRITE_INTO_CONTRACT)
