"""More time for what is due."""

from collections.abc import Mapping
from datetime import date

from rtp_applications.workflow.casefile import CaseFile
from rtp_applications.workflow.definition import Action, Setting, Step, by
from rtp_applications.workflow.guards import reasons_given
from rtp_applications.workflow.stages import timing
from rtp_applications.workflow.timing import open_deadline
from rtp_applications.workflow.words import APPEALABLE, OPEN, Role, Status


def extend(step: Step, file: CaseFile) -> CaseFile:
    running = open_deadline(file, step.given.clock)
    if running is None:
        return file
    calendar = file.calendars[running.calendar]
    return file.with_deadline(running.extend(step.given.length.length, step.now, "extended", calendar))


EXTEND_DEADLINE = Action(
    name="extend-deadline",
    says="Give more time on a clock that runs. Times can only be made longer, and not those that the law sets.",
    who=by(Role.CASE_OFFICER),
    starts=(OPEN - {Status.DRAFT}) | APPEALABLE,
    guards=(timing.clock_runs, timing.clock_may_be_extended, timing.extensions_left, reasons_given),
    takes=timing.DeadlineExtension,
    effects=(extend,),
)

ACTIONS = (EXTEND_DEADLINE,)
SETTINGS: Mapping[str, Setting] = {
    "extensions-allowed": Setting(
        2, "platform default, proposed 2026-11: more than two extensions need a new decision", "proposed",
        date(2026, 11, 23),
    ),
}  # fmt: skip
