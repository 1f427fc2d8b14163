"""Actions by which the mutual comes to exist and the transition begins."""

from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.common.signatories import EITHER_SIDE, JOINTLY
from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import PREPARING, Status
from rtp_applications.workflow.stages.incorporation import dates, effects, guards, payloads
from rtp_shared.contracts import applications as events

BEFORE_THE_AWARD = frozenset(
    {Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE, Status.STANDSTILL, Status.AWARDED}
)
RECORD_LEGAL_ENTITY = Action(
    name="record-legal-entity",
    description="Put on file the mutual as a legal person, with its number in a register. It usually must exist "
    "before it can tender. What is left out of the same number stays as it was.",
    signatories=one_of(*EITHER_SIDE),
    from_states=BEFORE_THE_AWARD | PREPARING,
    guards=(guards.identifier_has_its_shape, guards.verified_by_a_body, *dates.OF_THE_REGISTRATION),
    payload_model=payloads.LegalEntity,
    effects=(effects.keep_what_is_known_of_it,),
)
RECORD_FINANCE = Action(
    name="record-finance-commitment",
    description="Put on file that the finance to start with is committed, or that none is needed.",
    signatories=one_of(*EITHER_SIDE),
    from_states=BEFORE_THE_AWARD | PREPARING,
    guards=(guards.commitment_is_dated, *dates.OF_THE_COMMITMENT),
    payload_model=payloads.FinanceCommitment,
)
BEGIN_TRANSITION = Action(
    name="begin-transition",
    rows=(17,),
    description="Begin the transition, jointly: a body found the mutual in its register, and its finance is committed "
    "or not needed.",
    signatories=JOINTLY,
    from_states=frozenset({Status.AWARDED}),
    leads_to=(Status.TRANSITION,),
    guards=(
        guards.legal_entity_exists,
        guards.legal_entity_verified,
        guards.finance_committed_or_not_needed,
    ),
    payload_model=Nothing,
    event=events.TransitionBegun,
)
ACTIONS = (RECORD_LEGAL_ENTITY, RECORD_FINANCE, BEGIN_TRANSITION)
