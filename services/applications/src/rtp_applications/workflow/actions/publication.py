"""The public register of decisions: what puts a decision there."""

from dataclasses import replace

from rtp_applications.workflow.casefile import CaseFile, Recorded
from rtp_applications.workflow.definition import Action, Step, by
from rtp_applications.workflow.stages import publication
from rtp_applications.workflow.words import AFTER_A_DECISION, Audience, Role, Status

PUBLISH_DECISION = Action(
    name="publish-decision",
    says="Publish a decision, redacted, in the public register of decisions. The event that tells of it says under "
    "which id.",
    who=by(Role.CASE_OFFICER, Role.DECISION_MAKER),
    starts=AFTER_A_DECISION | {Status.QUASHED},
    guards=(publication.decision_was_made, publication.not_published_yet, publication.reasons_to_publish),
    takes=publication.Publication,
)

ACTIONS = (PUBLISH_DECISION,)


def _publish(step: Step, file: CaseFile) -> CaseFile:
    decision = publication.published_of_itself(step)
    content = {"decision": decision.value, "showNumber": False}
    return file.with_record(Recorded(publication.Publication.KIND, decision, content, step.signed, Audience.EVERYBODY))


PUBLISHED_BY_LAW = frozenset(
    {
        "find-not-eligible", "accept-eoi", "refuse-eoi", "accept-modification", "decline-modification",
        "let-modification-lapse",
    }
)  # fmt: skip
"""The authority must publish its decision on an expression of interest, with reasons: Localism Act 2011 s.84."""


def published_by_law(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The actions, with those that decide on an expression of interest publishing that of themselves."""
    return tuple(
        replace(action, effects=(*action.effects, _publish)) if action.name in PUBLISHED_BY_LAW else action
        for action in actions
    )
