"""Guards of publishing a decision in the public register."""

from rtp_applications.workflow.common.payloads import Publication
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.publication.decisions import find_decisions


@guard("/decision", payload=True)
def decision_was_made(step: Step) -> str | None:
    """The decision was made in this case, and stands."""
    return None if step.payload.decision in find_decisions(step.snapshot) else "no such decision stands in this case"


@guard("/decision", payload=True)
def not_published_yet(step: Step) -> str | None:
    """The decision is not in the register yet."""
    decided = find_decisions(step.snapshot).get(step.payload.decision)
    published = step.snapshot.find_record(Publication, step.payload.decision)
    if decided is None or published is None or published.signed[-1].at < decided.at:
        return None
    return "it is published already"


@guard("/text", payload=True)
def reasons_to_publish(step: Step) -> str | None:
    """There are reasons to publish: those given, or where it is asked for those on file; nothing on file is published
    because a field was left out.
    """
    decided = find_decisions(step.snapshot).get(step.payload.decision)
    if step.payload.text and step.payload.reasons_on_file:
        return "give a text, or have the reasons on file published; not both"
    if step.payload.text or decided is None:
        return None
    if not decided.text:
        return "no reasons that may be published are on file; give them"
    return None if step.payload.reasons_on_file else "give the text, or say reasonsOnFile to publish those on file"
