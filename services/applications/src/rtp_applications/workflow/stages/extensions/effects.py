"""Effect of more time on the clock that runs."""

from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot


def extend(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    running = find_open_deadline(snapshot, step.payload.clock)
    if running is None:
        return snapshot
    calendar = snapshot.calendars[running.calendar]
    return snapshot.with_deadline(running.extend(step.payload.length.length, step.now, "extended", calendar))
