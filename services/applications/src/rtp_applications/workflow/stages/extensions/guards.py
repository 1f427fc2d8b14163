"""Guards of more time for what is due."""

from rtp_applications.deadlines.rules.deadline import Basis, Deadline
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.definition import CaseClock, Process, Step, guard


def find_obstacle_to_extension(process: Process, deadline: Deadline) -> str | None:
    """Return the reason for which the body may not give more time, or None if it may."""
    clock: CaseClock | None = next((each for each in process.clocks if each.name == deadline.clock), None)
    if deadline.basis is Basis.STATUTE:
        return "a statutory time is not the body's to extend"
    if deadline.basis is Basis.LOCAL_RULE:
        return "this time was set by a rule or a decision, which an officer does not extend"
    if clock is not None and clock.idle:
        return "it starts anew whenever something is done"
    return None


@guard("/clock", payload=True)
def clock_runs(step: Step) -> str | None:
    """The clock runs or is paused, and its time is not up."""
    running = find_open_deadline(step.snapshot, step.payload.clock)
    return None if running and not running.is_over(step.now) else "no such clock runs in the case"


@guard("/clock", payload=True)
def clock_may_be_extended(step: Step) -> str | None:
    """It is a time of policy: neither one that a statute sets, nor one of the body's constitution or a decision."""
    running = find_open_deadline(step.snapshot, step.payload.clock)
    return find_obstacle_to_extension(step.process, running) if running else None


@guard("/clock", payload=True)
def extensions_left(step: Step) -> str | None:
    """It was not extended as often as the body allows already."""
    running, most = (
        find_open_deadline(step.snapshot, step.payload.clock),
        step.process.get_setting(step.snapshot, "extensions-allowed"),
    )
    if running is None or len(running.extensions) < most:
        return None
    return f"it was extended {len(running.extensions)} times, and {most} are allowed"
