"""A walk through a process: whatever anybody may try, in whatever order; what must hold is looked at on every step."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from rtp_applications.deadlines.rules.deadline import Basis, Deadline, DeadlineState
from rtp_applications.workflow.common.payloads import Proposal
from rtp_applications.workflow.definition import Action, Caller, CaseClock, Process
from rtp_applications.workflow.engine import CaseChange, Possibility, apply_action, list_possibilities
from rtp_applications.workflow.enums import ENDED, MAY_NOT_DECIDE, Role, Status
from rtp_applications.workflow.errors import GuardsNotMet, NotFromHere, NotYourRole
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Payload
from rtp_shared.contracts.applications import (
    AssistanceRecorded,
    DeadlineCorrected,
    DeadlineMoved,
    FinanceFactsChanged,
    GoLiveDateSet,
)
from rtp_shared.problems import Refusal
from tests.applications.workflow.ground import NOW, Ready, attempt, build_snapshot, party, person

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]
Give = Callable[[type[Payload]], Payload | None]

PAUSES = [timedelta(hours=1), *[timedelta(days=days) for days in (0, 1, 1, 8, 8, 8, 45, 45, 200)]]
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DESCRIBING = {each.name for each in fields(Facts)} - {
    "id", "number", "route", "process_version", "status", "version", "sequence", "opened_by", "readers", "opened_at",
    "changed_at", "submitted_at", "withdrawn_at", "withdrawal_reason", "suspended", "suspended_at", "escalated_at",
    "refused_from", "final_at", "launched_at", "successor_case_id", "audit_position", "audit_hash",
}  # fmt: skip
"""What the bodies and the group fill in; the rest is the workflow's own."""
LEADS_BACK = {
    "remit", "remit-by-court", "reopen-refusal", "reopen-stopped-case", "reopen-stopped-by-court", "end-procurement",
    "return-to-earlier-step",
}  # fmt: skip
"""No way on: a case goes back only to where it was."""
SYSTEM = person(Role.SYSTEM)
CALLERS = [person(role, number) for role in Role for number in (1, 2)] + [Caller("nobody", ("client:elsewhere",))]


class Walk:
    """`pick` chooses one of several; `give` makes up a payload; actions that are `wanted` are walked to first."""

    def __init__(
        self, process: Process, pick: Callable[[Sequence[Any]], Any], give: Give, wanted: Collection[str] = ()
    ) -> None:
        self.process, self.pick, self.give, self.wanted = process, pick, give, wanted
        self.now: datetime = NOW
        self.snapshot: CaseSnapshot = build_snapshot(Status.DRAFT, process=process, submitted_at=None)
        self.taken: Counter[str] = Counter()
        self.goal, self.at = self._new_goal()
        self.hats = pick([True, False, False])
        self.reached: set[Status] = {Status.DRAFT}

    def step(self) -> None:
        onwards, around = self.towards_the_goal, [self.anything, self.something_possible, self.wait]
        self.pick([*[onwards] * 6, *around, *around, self.take_another_role if self.hats else onwards])()

    def towards_the_goal(self) -> None:
        """The next action of a shortest way to the goal, by those who may, with what it needs on file."""
        here = self.snapshot.case.status
        if here is self.at:
            done = self.by_those_who_may(self.goal, self.pick(self.goal.leads_to or (here,)))
            self.goal, self.at = self._new_goal() if done or self.pick([True, False]) else (self.goal, self.at)
        elif onwards := next_step(self.process, here, self.at):
            done = self.by_those_who_may(*onwards)
        else:
            self.goal, self.at, done = *self._new_goal(), True
        if not done:
            self.pick([self.prepare, self.prepare, self.wait])()

    def by_those_who_may(self, action: Action, to: Status) -> bool:
        """Whether they succeed."""
        before = self.taken[action.name]
        self._wait_for(action)
        ready = attempt(self.process, action.name, to)
        self.furnish(ready)
        for signer in ready.signers:
            pending = self.snapshot.find_record(Proposal, action.name) is not None
            self.try_to(action.name, None if pending else later(ready.payload, self._since(ready)), signer)
        return self.taken[action.name] > before

    def prepare(self) -> None:
        """Something that leaves the case where it is, such as a vote, an escalation or the end of a suspension."""
        here = self.snapshot.case.status
        if staying := [each for each in self.process.list_actions(here) if not each.leads_to]:
            self.by_those_who_may(self.pick(staying), here)

    def something_possible(self) -> None:
        """Somebody does what the platform tells them they can."""
        caller = self.pick(CALLERS)
        offered = list_possibilities(self.process, self.snapshot, caller, self.now)
        if allowed := [each.action for each in offered if each.allowed]:
            action = self.pick(allowed)
            self.try_to(action.name, self._given(action), caller)

    def anything(self) -> None:
        action = self.pick(self.process.actions)
        ready = attempt(self.process, action.name)
        if self.pick([True, False]):
            self.furnish(ready)
        self.try_to(action.name, self._given(action), self.pick([*ready.signers, *ready.signers, self.pick(CALLERS)]))

    def take_another_role(self) -> None:
        """Somebody who has a part in the case takes one that bars from deciding."""
        role = self.pick(sorted(MAY_NOT_DECIDE))
        hat = party(role, person=self.pick(CALLERS).person)
        self.snapshot = self.snapshot.with_party(hat)

    def wait(self) -> None:
        """Time passes, and whoever keeps the time does what falls due on its way."""
        self.pass_until(self.now + self.pick(PAUSES))

    def pass_until(self, then: datetime) -> None:
        for _ in range(200):
            looks = [each.next_look_at for each in self.snapshot.deadlines.values() if each.next_look_at is not None]
            if not looks or min(looks) > then:
                break
            self.now = max(self.now, min(looks))
            for deadline in list(self.snapshot.deadlines.values()):
                if deadline.next_look_at is not None and deadline.next_look_at <= self.now:
                    self._look_at(deadline)
        else:
            raise AssertionError("those who keep the time look at the same deadlines for ever")
        self.now = max(self.now, then)

    def furnish(self, ready: Ready) -> None:
        """Put on file what others do outside the walk: documents, bodies, facts, and records of former steps."""
        payload = ready.snapshot
        facts = {name: value for name in DESCRIBING if (value := getattr(payload.case, name)) is not None}
        days = self._since(ready)
        shifted = {
            at: replace(each, content=moved(each.content, days))
            for at, each in payload.records.items()
            if each.kind != Proposal.KIND
        }
        self.snapshot = replace(
            self.snapshot.with_case(**facts),
            records={**self.snapshot.records, **shifted},
            documents={**self.snapshot.documents, **payload.documents},
            bodies={**self.snapshot.bodies, **payload.bodies},
            parties={**self.snapshot.parties, **payload.parties},
            intentions=(*self.snapshot.intentions, *payload.intentions),
        )

    def try_to(self, name: str, payload: Payload | None, caller: Caller) -> CaseChange | None:
        before, written = self.snapshot, _written(self.snapshot)
        promised = {p.action.name: p for p in list_possibilities(self.process, before, caller, self.now)}.get(name)
        change, refusal = None, None
        try:
            change = apply_action(self.process, before, name, payload, caller, self.now)
        except Refusal as refused:
            refusal = refused
        assert _written(before) == written, f"{name} changed the snapshot it was given"
        if _same_attempt(before, name, payload):
            agree(promised, change, refusal)
        if change is not None:
            must_hold(self.process, change)
            self.snapshot = change.after
            self.reached.add(change.after.case.status)
            self.taken[name] += not change.awaiting
        return change

    def _new_goal(self) -> tuple[Action, Status]:
        """An action to take, and a status to take it from."""
        wanted = [each for each in self.process.actions if each.name in self.wanted and each.name not in self.taken]
        action = self.pick(wanted or self.process.actions)
        return action, self.pick(sorted(action.from_states & reachable(self.process)))

    def _given(self, action: Action) -> Payload | None:
        ready = attempt(self.process, action.name, self.pick(action.leads_to) if action.leads_to else None)
        made_up = self.give(action.payload_model)
        return self.pick([ready.payload, ready.payload, made_up]) if made_up is not None else ready.payload

    def _since(self, ready: Ready) -> timedelta:
        """How much later it is than in the attempt that is ready."""
        return timedelta(days=(self.now - ready.now).days)

    def _wait_for(self, action: Action) -> None:
        """Actions of those who keep the time are taken when it is up."""
        clock = next((each for each in self.process.clocks if each.on_end == action.name), None)
        running = clock and self.snapshot.find_deadline(clock.name)
        if running and running.state is DeadlineState.RUNNING:
            self.pass_until(running.due_at - timedelta(seconds=1))
            self.now = max(self.now, running.due_at)

    def _look_at(self, deadline: Deadline) -> None:
        current = self.snapshot.deadlines[deadline.id]
        if not current.is_over(self.now):
            self.snapshot = self.snapshot.with_deadline(current.remind(self.now))
            return
        clock = next(each for each in self.process.clocks if each.name == deadline.clock)
        if clock.on_end is not None:
            self._end(clock)
        self.snapshot = self.snapshot.with_deadline(self.snapshot.deadlines[deadline.id].miss(self.now))

    def _end(self, clock: CaseClock) -> None:
        assert clock.on_end is not None
        ended = self.try_to(clock.on_end, None, SYSTEM)
        if ended is None:
            case = self.snapshot.case
            pending = case.escalated_at is not None or case.final_at is not None
            furnished = clock.counts_from is not None  # what was put on file from outside may have settled it
            assert pending or clock.idle or furnished, f"{clock.on_end} is refused when {clock.name} has ended"


def later(payload: Payload | None, by: timedelta) -> Payload | None:
    """The same with all its dates that much later."""
    if payload is None or not by:
        return payload
    said = payload.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return type(payload).model_validate(moved(said, by))


def moved(said: Any, by: timedelta) -> Any:
    match said:
        case dict():
            return {name: moved(each, by) for name, each in said.items()}
        case list():
            return [moved(each, by) for each in said]
        case str() if DATE.fullmatch(said):
            return (date.fromisoformat(said) + by).isoformat()
    return said


def next_step(process: Process, start: Status, goal: Status) -> tuple[Action, Status] | None:
    """The first action of a shortest way through the process; None where there is none, or one is there."""
    return _ways(process, start).get(goal)


def reachable(process: Process, start: Status = Status.DRAFT) -> frozenset[Status]:
    return frozenset(_ways(process, start))


def _ways(process: Process, start: Status) -> dict[Status, tuple[Action, Status] | None]:
    """By status, the first action of a shortest way there."""
    ways: dict[Status, tuple[Action, Status] | None] = {start: None}
    queue = [start]
    for status in queue:
        for action in (each for each in process.list_actions(status) if each.name not in LEADS_BACK):
            for to in action.leads_to:
                if to not in ways:
                    ways[to] = ways[status] or (action, to)
                    queue.append(to)
    return ways


def _same_attempt(snapshot: CaseSnapshot, name: str, payload: Payload | None) -> bool:
    """Whether what is given is what is pending, if anything is: a new proposal starts the signing anew."""
    pending = snapshot.find_record(Proposal, name)
    return pending is None or payload is None


def agree(promised: Possibility | None, change: CaseChange | None, refusal: Refusal | None) -> None:
    """What a caller is told to be possible is what happens when they try."""
    if promised is None:
        assert isinstance(refusal, NotFromHere)
        return
    told = {guard for guard, _ in promised.refusals}
    assert (told == {"role"}) == isinstance(refusal, NotYourRole), (promised, refusal)
    if isinstance(refusal, NotYourRole):
        return
    unmet = {each["guard"] for each in refusal.extra["guards"]} if isinstance(refusal, GuardsNotMet) else set()
    assert unmet - set(promised.needs) == told, (promised.action.name, told, unmet)
    assert promised.allowed == (not told)
    if change is not None:
        assert change.awaiting == promised.awaiting


def must_hold(process: Process, change: CaseChange) -> None:
    before, after = change.before, change.after
    action = process.by_name[change.action]
    status, was = after.case.status, before.case.status
    assert was in action.from_states
    if change.awaiting:
        assert status is was
        assert after.deadlines == before.deadlines
        assert change.events == ()
    else:
        assert status in (action.leads_to or (was,)), f"{action.name} led from {was} to {status}"
        by_state = DeadlineMoved | DeadlineCorrected | GoLiveDateSet | FinanceFactsChanged | AssistanceRecorded
        told = [type(each) for each in change.events if not isinstance(each, by_state)]
        assert told.count(action.event) == 1 if action.event else told == [], (action.name, told)
    if was in ENDED and status is not was:
        assert any(was in each.from_states and status in each.leads_to for each in process.actions)
    if status is not was:
        assert not [each for each in after.records.values() if each.kind == Proposal.KIND]
    assert after.case.version == before.case.version + 1
    deadlines_hold(process, before, after)


def deadlines_hold(process: Process, before: CaseSnapshot, after: CaseSnapshot) -> None:
    clocks = {clock.name: clock for clock in process.clocks}
    for deadline in after.deadlines.values():
        clock, earlier = clocks[deadline.clock], before.deadlines.get(deadline.id)
        if deadline.basis is Basis.STATUTE:
            assert deadline.state is not DeadlineState.PAUSED
            assert deadline.pauses == ()
        if earlier is not None and not earlier.is_open:
            assert deadline == earlier or _is_corrected(earlier, deadline), f"{deadline.clock} changed after it closed"
        if earlier is not None and deadline.is_open:
            assert deadline.due_on >= earlier.due_on, f"{deadline.clock} moved forward"
        if deadline.is_open:
            assert after.case.status in clock.runs_in, f"{deadline.clock} runs in {after.case.status}"
        if deadline.state is DeadlineState.PAUSED and after.case.status in ENDED:
            assert any(each.name == "resume" for each in process.list_actions(after.case.status)), "it rests for ever"
        if deadline.state is DeadlineState.PAUSED and after.case.suspended is None:
            assert after.case.status in clock.pauses_in
    running = Counter(each.clock for each in after.deadlines.values() if each.is_open)
    assert all(number == 1 for number in running.values()), running


def _is_corrected(earlier: Deadline, deadline: Deadline) -> bool:
    """Whether what was missed turns out to have been done in time, or to have been begun anew by law, and says so."""
    corrected = [
        replace(earlier, state=each, history=deadline.history) for each in (DeadlineState.MET, DeadlineState.CANCELLED)
    ]
    return (
        earlier.state is DeadlineState.MISSED and deadline in corrected and len(deadline.history) > len(earlier.history)
    )


def _written(snapshot: CaseSnapshot) -> str:
    """The case without its calendars, which are large and shared."""
    return repr([getattr(snapshot, each.name) for each in fields(snapshot) if each.name != "calendars"])
