"""Effects of a resolution that is put on file, also when the successor has the case already."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced, NoReorganisationResolution
from rtp_applications.workflow.stages.reorganisation.restart import restart_clocks


def withdraw_word_that_there_is_none(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.without({(NoReorganisationResolution.KIND, step.payload.key)})


def restart_if_replaced(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    if snapshot.find_record(BodyReplaced, step.payload.key) is None:
        return snapshot
    return restart_clocks(step.process, snapshot, step.action.name, step.now)
