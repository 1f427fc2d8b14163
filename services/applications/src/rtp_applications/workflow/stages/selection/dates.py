"""Bounds of the dates of the steps of the Provider Selection Regime."""

from datetime import date, timedelta

from rtp_applications.workflow.bounds import Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import SUBMISSION
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.contract.payloads import RegimeDetermination
from rtp_applications.workflow.stages.selection.payloads import KeyCriteria, ProcessNotice
from rtp_applications.workflow.stages.selection.settings import IDENTIFICATION


def _find_determination(step: Step) -> date | None:
    determined = step.snapshot.find(RegimeDetermination)
    return determined.determined_on if determined else SUBMISSION.find(step)


def _find_fourteenth_day(step: Step) -> date | None:
    notice = step.snapshot.find(ProcessNotice)
    days = step.process.get_setting(step.snapshot, IDENTIFICATION)["number"]
    return notice.submitted_on + timedelta(days=days) if notice else None


def _find_step_before(step: Step) -> date | None:
    criteria = step.snapshot.find(KeyCriteria)
    days = [step.payload.identified_on, criteria.determined_on if criteria else None]
    return max((each for each in days if each), default=None)


DETERMINATION = Limit("the determination of the regime", _find_determination)
FOURTEEN_DAYS = Limit(
    "the day which is 14 days after the notice of intention to follow the process was submitted", _find_fourteenth_day
)
STEP_BEFORE = Limit("the determination of the key criteria, and identifiedOn where that is given", _find_step_before)
OF_THE_PROCESS_NOTICE = (bound("submitted_on", DETERMINATION), bound("published_on", same_as("submitted_on")))
OF_THE_CRITERIA = with_late_entries(bound("determined_on", DETERMINATION))
OF_THE_CHOICE = with_late_entries(
    bound("identified_on", FOURTEEN_DAYS, law="SI 2023/1348 reg 10(5)"), bound("decided_on", STEP_BEFORE)
)
OF_THE_JUDGEMENT = with_late_entries(bound("judged_on", DETERMINATION))
