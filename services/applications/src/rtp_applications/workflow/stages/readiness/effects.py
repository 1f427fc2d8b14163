"""Effects of the launch, and of putting it back."""

from rtp_applications.deadlines.rules.days import starts_at
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.transition.effects import replace_go_live
from rtp_applications.workflow.stages.transition.payloads import GoLiveDate
from rtp_applications.workflow.stages.transition.transfer import TransferDay


def launch(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Launch the mutual as of the day on which the staff in fact transferred, if that is on file, else as of now."""
    transferred = snapshot.find(TransferDay)
    return snapshot.with_case(launched_at=starts_at(transferred.on) if transferred else step.now, final_at=step.now)


def set_new_go_live(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Replace the go-live date on file by the new one."""
    return replace_go_live(step, snapshot, GoLiveDate(on=step.payload.new_go_live))
