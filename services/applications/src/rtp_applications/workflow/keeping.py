"""What time does to a case: reminders, ends, and what the platform does at an end. Pure.

An end is dated at the instant at which it came, however late somebody looks: looking late, twice or from several
processes gives the same case as looking once, in time. Only reminders cannot be made up for: what nobody was told
before an end was not told.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from rtp_applications.clocks.days import civil_date
from rtp_applications.clocks.deadline import Deadline, DeadlineState
from rtp_applications.workflow import engine, timing
from rtp_applications.workflow.casefile import CaseFile, Signature
from rtp_applications.workflow.definition import Caller, Clock, Process
from rtp_applications.workflow.engine import Outcome
from rtp_applications.workflow.words import Role
from rtp_shared.contracts import EventData
from rtp_shared.contracts.applications import DeadlineApproaching, DeadlineMissed
from rtp_shared.identities import SYSTEM

log = logging.getLogger(__name__)

KEEP_TIME = "keep-time"
TIMEKEEPER = Caller("timekeeper", SYSTEM, frozenset({Role.SYSTEM}))
RECOUNTED = "bank holidays changed"
MOST = 100
"""Ends in one case at one look. Nothing comes near it; the rest would follow at the next look."""


def keep(process: Process, file: CaseFile, now: datetime, *, recount: bool = False) -> Outcome | None:
    """What is due in the case by now, as one outcome; None where nothing is.

    With `recount` all that runs is counted again on the calendars as they are.
    """
    look = _Look(process, file, now)
    if recount:
        look.recount()
    look.settle()
    look.end()
    look.remind()
    return look.outcome(file)


@dataclass
class _Look:
    """One look at a case; it gathers what is found."""

    process: Process
    file: CaseFile
    now: datetime
    events: list[EventData] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def recount(self) -> None:
        for deadline in self._running():
            recounted = self._recounted(deadline)
            if recounted != deadline:
                self.file = self.file.with_deadline(recounted)
                self.reasons.append(f"{deadline.clock}: {RECOUNTED}")

    def settle(self) -> None:
        """What was met outside the case, such as by a rule that its body published."""
        for deadline in self._running():
            clock = self._clock(deadline)
            if clock and clock.met_once and clock.met_once(self.file) and not deadline.is_over(self.now):
                self.file = self.file.with_deadline(deadline.meet(self.now))
                self.reasons.append(f"{deadline.clock} was met")

    def end(self) -> None:
        for _ in range(MOST):
            over = min(
                (each for each in self._running() if each.is_over(self.now)),
                key=self._order,
                default=None,
            )
            if over is None:
                return
            recounted = self._recounted(over)
            if recounted.is_over(self.now):
                self._end(recounted)
            else:
                self.file = self.file.with_deadline(recounted)
                self.reasons.append(f"{over.clock}: {RECOUNTED}")

    def remind(self) -> None:
        for deadline in self._running():
            reminded = deadline.remind(self.now)
            if reminded is not deadline:
                self.file = self.file.with_deadline(reminded)
                self.events.append(_approaching(self.file, reminded, self.now))
                self.reasons.append(f"{deadline.clock} approaches")

    def outcome(self, before: CaseFile) -> Outcome | None:
        if self.file == before:
            return None
        after = self.file.with_case(version=before.case.version + 1, changed_at=self.now)
        signature = Signature(Role.SYSTEM, TIMEKEEPER.person, TIMEKEEPER.holder, self.now)
        return Outcome(
            before=before,
            after=after,
            action=KEEP_TIME,
            signature=signature,
            events=tuple(self.events),
            reason="; ".join(self.reasons) or None,
        )

    def _running(self) -> Iterator[Deadline]:
        running = [each for each in self.file.deadlines.values() if each.state is DeadlineState.RUNNING]
        yield from sorted(running, key=self._order)

    def _order(self, deadline: Deadline) -> tuple[datetime, bool, str]:
        """By the end, the same on every look; that nothing happened is only seen when all else was done."""
        clock = self._clock(deadline)
        return deadline.due_at, clock is not None and clock.idle, deadline.clock

    def _clock(self, deadline: Deadline) -> Clock | None:
        return next((each for each in self.process.clocks if each.name == deadline.clock), None)

    def _recounted(self, deadline: Deadline) -> Deadline:
        if not any(length.unit.needs_holidays for length in (deadline.length, *deadline.extensions)):
            return deadline
        return deadline.recalculate(self.file.calendars[deadline.calendar], self.now, RECOUNTED)

    def _end(self, deadline: Deadline) -> None:
        clock, at = self._clock(deadline), deadline.due_at
        if clock is None or not clock.window:
            self.file = self.file.with_deadline(deadline.miss(at))
            self.events.append(_missed(self.file, deadline))
            self.reasons.append(f"{deadline.clock} was missed")
        else:
            self.file = self.file.with_deadline(deadline)
            self.reasons.append(f"{deadline.clock} ended")
        acted = clock is not None and clock.on_end is not None and self._act(clock.on_end, at)
        self._close(clock, self.file.deadlines[deadline.id], acted=acted)

    def _act(self, action: str, at: datetime) -> bool:
        """Do at an end what the process says, as of then, if its conditions hold."""
        offered = engine.possibilities(self.process, self.file, TIMEKEEPER, at)
        found = next((each for each in offered if each.action.name == action), None)
        if found is None or not found.allowed:
            guards = [guard for guard, _ in found.refusals] if found else ["status"]
            log.info("what follows an end is not done", extra={"action": action, "guards": guards})
            return False
        done = engine.take(self.process, self.file, action, None, TIMEKEEPER, at)
        self.file = done.after
        self.events.extend(done.events)
        self.reasons.append(action)
        return True

    def _close(self, clock: Clock | None, deadline: Deadline, *, acted: bool) -> None:
        """Whatever the action left open is closed; an idle clock that ended without it starts anew, from now."""
        if not deadline.is_open:
            return
        closed = deadline.cancel(deadline.due_at) if clock and clock.idle else deadline.run_out(deadline.due_at)
        self.file = self.file.with_deadline(closed)
        if clock and clock.idle and not acted:
            anew = timing.start(clock, self.file, KEEP_TIME, self.now)
            self.file = self.file.with_deadline(*([anew] if anew else []))
            self.reasons.append(f"{clock.name} starts anew")


def _approaching(file: CaseFile, deadline: Deadline, now: datetime) -> DeadlineApproaching:
    return DeadlineApproaching(
        case_id=file.case.id,
        number=file.case.number,
        clock=deadline.clock,
        basis=deadline.basis,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        days_left=(deadline.due_on - civil_date(now)).days,
    )


def _missed(file: CaseFile, deadline: Deadline) -> DeadlineMissed:
    return DeadlineMissed(
        case_id=file.case.id,
        number=file.case.number,
        clock=deadline.clock,
        basis=deadline.basis,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        missed_at=deadline.due_at,
    )
