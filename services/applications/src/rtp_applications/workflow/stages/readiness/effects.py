"""Effects of the launch, and of putting it back."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.transition.payloads import GoLiveDate


def launch(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_case(launched_at=step.now, final_at=step.now)


def set_new_go_live(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Replace the go-live date on file by the new one."""
    moved = GoLiveDate(on=step.payload.new_go_live)
    content = moved.model_dump(mode="json", by_alias=True)
    return snapshot.with_record(SignedRecord(moved.KIND, moved.key, content, step.signed, moved.AUDIENCE))
