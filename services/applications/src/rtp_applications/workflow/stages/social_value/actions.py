"""The action by which social value is considered before a procurement starts."""

from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.social_value import dates, guards, payloads

CONSIDER = Action(
    name="consider-social-value",
    description="Put on file what was considered before the procurement starts: how it might improve the well-being of "
    "the area, how the procurement might be conducted to secure that, and whether to consult.",
    signatories=one_of(Role.COMMISSIONER),
    from_states=frozenset({Status.EOI_ACCEPTED, Status.APPROVED, Status.CONTRACT_ROUTE}),
    guards=(guards.social_value_is_considered_whole, guards.urgent_need_is_said, *dates.OF_THE_CONSIDERATION),
    payload_model=payloads.SocialValueConsideration,
)
ACTIONS = (CONSIDER,)
