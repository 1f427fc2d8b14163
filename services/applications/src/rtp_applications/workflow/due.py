"""Deadline processing of one case: reminders, ends, and the actions that the platform takes at an end. Pure.

An end is dated at the instant at which it came, however late somebody looks: looking late, twice or from several
processes gives the same case as looking once, in time. Only reminders cannot be made up for: what nobody was told
before an end was not told.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.rules.deadline import Deadline, DeadlineState
from rtp_applications.deadlines.rules.running import has_yielded, start_deadline, weigh_doubt
from rtp_applications.workflow import engine
from rtp_applications.workflow.common.events import describe_deadline, make_deadlines_moved
from rtp_applications.workflow.definition import Caller, CaseClock, Process
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.contracts.applications import DeadlineApproaching, DeadlineMissed
from rtp_shared.contracts.base import EventData
from rtp_shared.identities import SYSTEM

log = logging.getLogger(__name__)

PROCESS_DUE = "keep-time"
SCHEDULER = Caller("timekeeper", SYSTEM, frozenset({Role.SYSTEM}))
RECOUNTED = "bank holidays changed"
MOST = 100
"""Ends in one case at one look. Nothing comes near it; the rest would follow at the next look."""


def process_due(process: Process, snapshot: CaseSnapshot, now: datetime, *, recount: bool = False) -> CaseChange | None:
    """Process all that is due in the case by now, as one change; return None if nothing is.

    With `recount` all that runs is counted again on the calendars as they are.
    """
    look = _Look(process, snapshot, now)
    if recount:
        look.recount()
    look.start()
    look.weigh()
    look.meet()
    look.end()
    look.remind()
    return look.make_change(snapshot)


@dataclass
class _Look:
    """One look at a case; it gathers what is found."""

    process: Process
    snapshot: CaseSnapshot
    now: datetime
    events: list[EventData] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def recount(self) -> None:
        for deadline in self._list_running():
            recounted = self._recount(deadline)
            if recounted != deadline:
                self._move(recounted)

    def start(self) -> None:
        """Start the clocks whose length their body published only after the case came into their statuses."""
        for clock in self.process.clocks:
            if not clock.starts_late or self.snapshot.status not in clock.runs_in:
                continue
            if self.snapshot.find_deadline(clock.name) is None and not has_yielded(clock, self.snapshot):
                started = start_deadline(clock, self.snapshot, PROCESS_DUE, self.now)
                self.snapshot = self.snapshot.with_deadline(*([started] if started else []))
                self.reasons.extend([f"{clock.name} starts: its length was published"] if started else [])

    def weigh(self) -> None:
        """Leave unsettled what is in doubt, and let run what is no more: what is over by then ends with the others."""
        for deadline in self.snapshot.deadlines.values():
            clock = self.process.find_clock(deadline.clock)
            weighed = weigh_doubt(clock, deadline, self.snapshot, self.now) if clock else deadline
            if weighed is not deadline:
                self.snapshot = self.snapshot.with_deadline(weighed)
                self.reasons.append(f"{deadline.clock}: {weighed.history[-1].reason}")

    def meet(self) -> None:
        """Close the deadlines that were met outside the case, such as by a rule that its body published."""
        for deadline in self._list_running():
            clock = self.process.find_clock(deadline.clock)
            if clock and clock.met_once and clock.met_once(self.snapshot) and not deadline.is_over(self.now):
                self.snapshot = self.snapshot.with_deadline(deadline.meet(self.now))
                self.reasons.append(f"{deadline.clock} was met")

    def end(self) -> None:
        for _ in range(MOST):
            over = next((each for each in self._list_running() if each.is_over(self.now)), None)
            if over is None:
                return
            recounted = self._recount(over)
            if recounted.is_over(self.now):
                self._end(recounted)
            else:
                self._move(recounted)

    def remind(self) -> None:
        for deadline in self._list_running():
            reminded = deadline.remind(self.now)
            if reminded is not deadline:
                self.snapshot = self.snapshot.with_deadline(reminded)
                told = describe_deadline(self.snapshot, reminded)
                days_left = (reminded.due_on - civil_date(self.now)).days
                self.events.append(DeadlineApproaching(**told, days_left=days_left))
                self.reasons.append(f"{deadline.clock} approaches")

    def make_change(self, before: CaseSnapshot) -> CaseChange | None:
        if self.snapshot == before:
            return None
        after = self.snapshot.with_case(version=before.case.version + 1, changed_at=self.now)
        signature = Signature(Role.SYSTEM, SCHEDULER.person, SCHEDULER.vouching_client, self.now)
        return CaseChange(
            before=before,
            after=after,
            action=PROCESS_DUE,
            signature=signature,
            events=tuple(self.events),
            reason="; ".join(self.reasons) or None,
        )

    def _list_running(self) -> Iterator[Deadline]:
        running = [each for each in self.snapshot.deadlines.values() if each.state is DeadlineState.RUNNING]
        yield from sorted(running, key=self._order)

    def _order(self, deadline: Deadline) -> tuple[datetime, bool, str]:
        """Order by the end, the same on every look; that nothing happened is only seen when all else was done."""
        clock = self.process.find_clock(deadline.clock)
        return deadline.due_at, clock is not None and clock.idle, deadline.clock

    def _recount(self, deadline: Deadline) -> Deadline:
        if not any(length.unit.needs_holidays for length in (deadline.length, *deadline.extensions)):
            return deadline
        return deadline.recalculate(self.snapshot.calendars[deadline.calendar], self.now, RECOUNTED)

    def _move(self, recounted: Deadline) -> None:
        before, self.snapshot = self.snapshot, self.snapshot.with_deadline(recounted)
        self.events.extend(make_deadlines_moved(before, self.snapshot, self.now))
        self.reasons.append(f"{recounted.clock}: {RECOUNTED}")

    def _end(self, deadline: Deadline) -> None:
        clock, at = self.process.find_clock(deadline.clock), deadline.due_at
        if clock is None or not clock.window:
            self.snapshot = self.snapshot.with_deadline(deadline.miss(at))
            told = describe_deadline(self.snapshot, deadline)
            self.events.append(DeadlineMissed(**told, missed_at=deadline.due_at))
            self.reasons.append(f"{deadline.clock} was missed")
        else:
            self.snapshot = self.snapshot.with_deadline(deadline)
            self.reasons.append(f"{deadline.clock} ended")
        acted = clock is not None and clock.on_end is not None and self._act(clock.on_end, at)
        self._close(clock, self.snapshot.deadlines[deadline.id], acted=acted)

    def _act(self, action: str, at: datetime) -> bool:
        """Take the action that the process has for an end, as of then, if its conditions hold; return True if so."""
        offered = engine.list_possibilities(self.process, self.snapshot, SCHEDULER, at)
        found = next((each for each in offered if each.action.name == action), None)
        if found is None or not found.allowed:
            guards = [guard for guard, _ in found.refusals] if found else ["status"]
            log.info("what follows an end is not done", extra={"action": action, "guards": guards})
            return False
        done = engine.apply_action(self.process, self.snapshot, action, None, SCHEDULER, at)
        self.snapshot = done.after
        self.events.extend(done.events)
        self.reasons.append(action)
        return True

    def _close(self, clock: CaseClock | None, deadline: Deadline, *, acted: bool) -> None:
        """Close the deadline if the action left it open; an idle clock that ended without it starts anew, from now."""
        if not deadline.is_open:
            return
        closed = deadline.cancel(deadline.due_at) if clock and clock.idle else deadline.run_out(deadline.due_at)
        self.snapshot = self.snapshot.with_deadline(closed)
        if clock and clock.idle and not acted:
            anew = start_deadline(clock, self.snapshot, PROCESS_DUE, self.now)
            self.snapshot = self.snapshot.with_deadline(*([anew] if anew else []))
            self.reasons.append(f"{clock.name} starts anew")
