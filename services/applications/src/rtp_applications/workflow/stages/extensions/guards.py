"""Guards of more time for what is due."""

from dataclasses import replace

from rtp_applications.deadlines.rules.days import Calendars, Length
from rtp_applications.deadlines.rules.deadline import Basis, Deadline
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.definition import Process, Step, guard


def find_obstacle_to_extension(process: Process, deadline: Deadline) -> str | None:
    """Return the reason for which the body may not give more time, or None if it may."""
    clock = process.find_clock(deadline.clock)
    if deadline.basis is Basis.STATUTE:
        return "a statutory time is not the body's to extend"
    if deadline.basis is Basis.LOCAL_RULE and not (clock and clock.extendable):
        return "this time was set by a rule or a decision, which an officer does not extend"
    if clock is not None and clock.idle:
        return "it starts anew whenever something is done"
    return None if clock is None or clock.extendable else "nobody gives more time on it"


def find_excess(process: Process, deadline: Deadline, more: Length, calendars: Calendars) -> str | None:
    """Return why the deadline may not be put off by so much more, or None if it may."""
    clock, calendar = process.find_clock(deadline.clock), calendars[deadline.calendar]
    most = clock.extendable.most if clock and clock.extendable else None
    if most is None:
        return None
    longest, extended = replace(deadline, extensions=()).count_with(most, calendar), deadline.count_with(more, calendar)
    return f"it may be put off to {longest} at most, not to {extended}" if extended > longest else None


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
def extended_by_who_may(step: Step) -> str | None:
    """A case officer gives the staff group more time for what it owes; what the body owes is put off by its decision
    maker.
    """
    clock, running = step.process.find_clock(step.payload.clock), find_open_deadline(step.snapshot, step.payload.clock)
    if running is None or clock is None or clock.extendable is None or step.signed[-1].role in clock.extendable.by:
        return None
    return f"more time on {clock.name} is given by: {', '.join(sorted(clock.extendable.by))}"


@guard("/length", payload=True)
def not_put_off_too_far(step: Step) -> str | None:
    """All extensions of a time together are no longer than the process lets them be."""
    running = find_open_deadline(step.snapshot, step.payload.clock)
    if running is None:
        return None
    return find_excess(step.process, running, step.payload.length.length, step.snapshot.calendars)


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
