"""Effect of a resolution that is put on file when the successor has the case already."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced
from rtp_applications.workflow.stages.reorganisation.restart import restart_clocks


def restart_if_replaced(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    if snapshot.find_record(BodyReplaced, step.payload.key) is None:
        return snapshot
    return restart_clocks(step.process, snapshot, step.action.name, step.now)
