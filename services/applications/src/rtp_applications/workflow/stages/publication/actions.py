"""Action that puts a decision into the public register."""

from rtp_applications.workflow.common.payloads import Publication
from rtp_applications.workflow.definition import Action, one_of, replace_actions
from rtp_applications.workflow.enums import AFTER_A_DECISION, Role, Status
from rtp_applications.workflow.stages.publication import effects, guards

PUBLISH_DECISION = Action(
    name="publish-decision",
    description="Publish a decision, redacted, in the public register of decisions. The event that tells of it says "
    "under which id.",
    signatories=one_of(Role.CASE_OFFICER, Role.DECISION_MAKER),
    from_states=AFTER_A_DECISION | {Status.QUASHED},
    guards=(guards.decision_was_made, guards.not_published_yet, guards.reasons_to_publish),
    payload_model=Publication,
)
ACTIONS = (PUBLISH_DECISION,)
PUBLISHED_BY_LAW = frozenset(
    {
        "find-not-eligible", "refuse-to-consider", "accept-eoi", "refuse-eoi", "accept-modification",
        "decline-modification", "let-modification-lapse",
    }
)  # fmt: skip
"""The authority must publish its decision on an expression of interest, with reasons: Localism Act 2011 s.84."""


def publish_by_law(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with those that decide on an expression of interest publishing that of themselves."""
    deciding = (action for action in actions if action.name in PUBLISHED_BY_LAW)
    return replace_actions(actions, *(action.with_effects(effects.publish_decision) for action in deciding))
