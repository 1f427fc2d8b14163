"""Effects of submitting the business case and of giving it more time."""

from dataclasses import replace

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot


def extend_business_case(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    running = find_open_deadline(snapshot, "business-case")
    if running is None:
        return snapshot
    more = Length(step.payload.days, Unit.CALENDAR_DAYS)
    return snapshot.with_deadline(running.extend(more, step.now, "extended", snapshot.calendars[running.calendar]))


def freeze_documents(_: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Freeze the business case as it was submitted: a later change is a new version."""
    return snapshot.with_document(*(replace(each, frozen=True) for each in snapshot.counted_documents.values()))
