"""Effects on the day of going live."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.transition.payloads import GoLiveDate


def replace_go_live(step: Step, snapshot: CaseSnapshot, moved: GoLiveDate) -> CaseSnapshot:
    """Return the case with another go-live date on file, signed by those who take the step."""
    content = moved.model_dump(mode="json", by_alias=True)
    return snapshot.with_record(SignedRecord(moved.KIND, moved.key, content, step.signed, moved.AUDIENCE))


def set_true_go_live(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Replace the go-live date on file by the day on which the staff in fact transferred."""
    return replace_go_live(step, snapshot, GoLiveDate(on=step.payload.on))
