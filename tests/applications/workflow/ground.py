"""Support of the tests of the workflow: cases made in memory, and people in every role.

A test module of a stage fills READY with one case per action from which it can be taken, and BREAKS with one change
per guard that breaks this guard alone. `test_processes.py` and `test_engine.py` take every action by them.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from rtp_applications.bodies.load import read_bank_holidays
from rtp_applications.deadlines.rules.days import Calendars
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.deadlines.rules.running import find_open_deadline
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_applications.workflow.common.days import DecisionDay
from rtp_applications.workflow.common.payloads import ConflictOfInterest
from rtp_applications.workflow.definition import Action, Caller, Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.engine import CaseChange, apply_action, update_deadlines
from rtp_applications.workflow.enums import Ground, Role, Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import (
    CaseSnapshot,
    Facts,
    HeldDocument,
    Party,
    Payload,
    Signature,
    SignedRecord,
)
from rtp_shared.contracts.vocabulary import Route, Sector

P = TypeVar("P", bound=Payload)

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
CALENDARS = Calendars.of((row["division"], row["day"]) for row in read_bank_holidays())
EMPLOYER, COMMISSIONER, REVIEWING, FURTHER = (uuid.UUID(int=number) for number in range(1, 5))
LEAD_CLIENT = "client:staff-portal"
OF_THE_EMPLOYER = f"org:{EMPLOYER}"

HOLDERS: Mapping[Role, str] = {
    **dict.fromkeys(Role, OF_THE_EMPLOYER),
    **dict.fromkeys((Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.MUTUAL_BOARD), LEAD_CLIENT),
    Role.ESCALATION_REVIEWER: f"org:{REVIEWING}",
    Role.FURTHER_EMPLOYER: f"org:{FURTHER}",
    **dict.fromkeys((Role.ADVISER, Role.MENTOR, Role.FUNDER, Role.STAFF_REP, Role.AUDITOR), "client:outside"),
}
STANDING = {Role.SYSTEM, Role.MUTUALS_TEAM}


def person(role: Role, number: int = 1) -> Caller:
    """Somebody who acts in this role; another number is another human."""
    standing = frozenset({role}) & STANDING
    return Caller(f"{role}-{number}", (HOLDERS[role],), standing)


def party(role: Role, number: int = 1, **changes: Any) -> Party:
    made = Party(uuid.uuid4(), role, f"{role}-{number}", HOLDERS[role], date(2026, 1, 1), None)
    return replace(made, **changes)


EVERYBODY = tuple(
    party(role, number)
    for role in Role
    if role not in STANDING
    for number in ((1, 2) if role is Role.CASE_OFFICER else (1,))
)


def build_snapshot(
    status: Status, *, process: Process = RIGHT_TO_PROVIDE, now: datetime = NOW, **facts: Any
) -> CaseSnapshot:
    """A case in this status since `now`, with everybody in place, its clocks running, and nothing on file."""
    case = Facts(
        id=uuid.UUID(int=77),
        number="RTP-482-715-9361",
        route=process.route,
        process_version=process.version,
        status=status,
        version=5,
        sequence=5,
        opened_by="staff-portal",
        readers=[LEAD_CLIENT, "system", OF_THE_EMPLOYER],
        employer_id=EMPLOYER,
        service_name="Day service",
        sector=Sector.ADULT_SOCIAL_CARE,
        applicant_count=12,
        conflicts_declared=True,
        opened_at=now,
        changed_at=now,
        submitted_at=now,
    )
    snapshot = CaseSnapshot(
        case=replace(case, **facts),
        parties={each.id: each for each in EVERYBODY},
        bodies={
            EMPLOYER: BodyFacts(EMPLOYER, "Example County Council", "county", None),
            COMMISSIONER: BodyFacts(COMMISSIONER, "Example Integrated Care Board", "integrated-care-board", None),
            FURTHER: BodyFacts(FURTHER, "Example NHS Trust", "nhs-trust", None),
        },
        calendars=CALENDARS,
    )
    return update_deadlines(process, None, snapshot, "test", now)


def put(snapshot: CaseSnapshot, record: Payload, *, role: Role = Role.CASE_OFFICER, number: int = 1) -> CaseSnapshot:
    """The case with a record on it, signed by somebody in this role."""
    signed = Signature(role, f"{role}-{number}", HOLDERS[role], NOW)
    content = record.model_dump(mode="json", by_alias=True, exclude_none=True)
    return snapshot.with_record(SignedRecord(record.KIND, record.key, content, (signed,), record.AUDIENCE))


def without(snapshot: CaseSnapshot, *kinds: type[Payload]) -> CaseSnapshot:
    return snapshot.without_records([kind.KIND for kind in kinds])


def with_employer(snapshot: CaseSnapshot, **changes: Any) -> CaseSnapshot:
    """The case with other facts of the employing body."""
    return replace(snapshot, bodies={**snapshot.bodies, EMPLOYER: replace(snapshot.bodies[EMPLOYER], **changes)})


def with_rule(snapshot: CaseSnapshot, name: str, value: Any) -> CaseSnapshot:
    """The case of a body that set a rule of its own."""
    kept = [each for each in snapshot.bodies[EMPLOYER].rules if each.name != name]
    return with_employer(snapshot, rules=(*kept, OwnRule(name, value, "Cabinet, minute 7", date(2026, 1, 1))))


def with_document(snapshot: CaseSnapshot, kind: str, *, scan: str = "clean") -> CaseSnapshot:
    held = HeldDocument(uuid.uuid4(), kind, 1, scan, "0" * 64, False)
    return replace(snapshot, documents={**snapshot.documents, held.id: held})


@dataclass(frozen=True)
class Ready:
    """Everything an action needs to be taken: the case, its payload, who signs in turn, and when."""

    snapshot: CaseSnapshot
    signers: tuple[Caller, ...]
    payload: Payload | None = None
    now: datetime = NOW
    process: Process = RIGHT_TO_PROVIDE


def take(action: str, ready: Ready) -> CaseChange:
    """Take the action, every signer in turn."""
    snapshot, change = ready.snapshot, None
    for number, caller in enumerate(ready.signers):
        payload = ready.payload if number == 0 else None
        change = apply_action(ready.process, snapshot, action, payload, caller, ready.now)
        snapshot = change.after
    assert change is not None
    return change


Break = Callable[[Ready], Ready]
_NEWEST = max(version for _, version in PROCESSES)
BY_THE_TEXTS = 3
"""The version since which the processes follow the texts of the law: what differs since then is an addition."""
READY: dict[tuple[Route, int, str], Ready] = {}
"""By route, version and action. What is not there for a version is taken from the one before it, or since
`BY_THE_TEXTS` from a later one; what is not there for a route from RIGHT_TO_PROVIDE's, with the process exchanged.
"""
BREAKS: dict[tuple[str, str], Break] = {}
"""By action and guard: changes a ready attempt so that this guard, and no other, refuses it."""


def ready(action: str, attempt: Ready) -> None:
    READY[attempt.process.route, attempt.process.version, action] = attempt


def breaks(actions: str | Sequence[str], guard: str) -> Callable[[Break], Break]:
    """Register the change that breaks this guard, and no other, of one action or of several."""

    def remember(change: Break) -> Break:
        for action in (actions,) if isinstance(actions, str) else actions:
            BREAKS[action, guard] = change
        return change

    return remember


def attempt(process: Process, action: str, to: Status | None = None) -> Ready:
    """The ready attempt at an action on a route, towards one of several statuses if `to` is given.

    Raises LookupError where no test module of a stage registered one.
    """
    own = READY.get((process.route, process.version, action))
    found = own or _find_nearest(process.route, process.version, action) or _of_another_route(action)
    if found is None:
        raise LookupError(f"{action} on {process.route}, version {process.version}: register it with ground.ready(...)")
    if own is None:
        _require_fit(found, process, process.by_name[action])
        found = with_facts(replace(found, process=process), route=process.route, process_version=process.version)
        found = _where_it_starts(found, process.by_name[action])
    found = _fitted(found, process.by_name[action].payload_model)
    if "to" in process.by_name[action].payload_model.model_fields:
        found = _led(found, process.by_name[action], to)
    return found


def _fitted(found: Ready, model: type[Payload]) -> Ready:
    """The attempt with its payload as this process takes it, as over HTTP; a day that may be left out is left out."""
    if found.payload is None:
        return replace(found, payload=model()) if issubclass(model, DecisionDay) else found
    if not issubclass(model, type(found.payload)):
        return found
    said = found.payload.model_dump(mode="json", by_alias=True, exclude_unset=True)
    try:
        return replace(found, payload=model.model_validate(said))
    except ValidationError:  # such as a target that this route has not: it is named later
        return found


def _where_it_starts(found: Ready, action: Action) -> Ready:
    """What is ready from a status that this route never is in is ready from another."""
    if found.snapshot.case.status in action.from_states:
        return found
    there = next(status for status in Status if status in action.from_states)
    fresh = build_snapshot(there, process=found.process).deadlines
    deadlines = fresh if found.now == NOW else {**fresh, **found.snapshot.deadlines}
    return with_facts(replace(found, snapshot=replace(found.snapshot, deadlines=deadlines)), status=there)


def _led(found: Ready, action: Action, to: Status | None) -> Ready:
    """The attempt with the target named in what is given, in the form that the route wants."""
    assert found.payload is not None
    named = found.payload.model_dump(by_alias=True, exclude_unset=True)["to"]
    to = to or (named if named in action.leads_to else action.leads_to[0])
    if (action.name, to) in TOWARDS:
        return TOWARDS[action.name, to](found)
    said = {**found.payload.model_dump(by_alias=True, exclude_unset=True), "to": to}
    return replace(found, payload=action.payload_model.model_validate(said))


TOWARDS: dict[tuple[str, Status], Break] = {}
"""By action and target: changes a ready attempt so that it leads there, where naming it in `to` is not enough."""


def towards(action: str, to: Status) -> Callable[[Break], Break]:
    def remember(change: Break) -> Break:
        TOWARDS[action, to] = change
        return change

    return remember


def _require_fit(found: Ready, process: Process, action: Action) -> None:
    """Raise LookupError where the attempt of another version or route lacks what this one requires."""
    given = found.payload.model_dump(by_alias=True, exclude_unset=True) if found.payload else {}
    fields = action.payload_model.model_fields.values() if found.payload else ()
    if missing := [each.alias for each in fields if each.is_required() and each.alias not in given]:
        raise LookupError(
            f"{action.name} on {process.route}, version {process.version}, takes {', '.join(map(str, missing))} "
            "besides: register an attempt of its own with ground.ready(...)"
        )


def _find_nearest(route: Route, version: int, action: str) -> Ready | None:
    """What was registered for the version before, or else after, of the route, or of RIGHT_TO_PROVIDE."""
    before, later = range(version - 1, 0, -1), range(version, _NEWEST + 2)
    versions = (*later, *before) if version >= BY_THE_TEXTS else (*before, *later)
    own = next((READY[route, each, action] for each in versions if (route, each, action) in READY), None)
    if own or route is Route.RIGHT_TO_PROVIDE:
        return own
    return _find_nearest(Route.RIGHT_TO_PROVIDE, version, action)


def _of_another_route(action: str) -> Ready | None:
    return next((found for (_, _, name), found in READY.items() if name == action), None)


def giving(attempt: Ready, **changes: Any) -> Ready:
    """The attempt with something else given, also what an API would have refused as malformed."""
    assert attempt.payload is not None
    return replace(attempt, payload=attempt.payload.model_copy(update=changes))


def on_snapshot(change: Callable[..., CaseSnapshot], *arguments: Any, **named: Any) -> Break:
    """Make a change of an attempt of a change of its case."""
    return lambda attempt: replace(attempt, snapshot=change(attempt.snapshot, *arguments, **named))


def on_payload(**changes: Any) -> Break:
    """Make a change of an attempt of something else that is given."""
    return lambda attempt: giving(attempt, **changes)


def on_facts(**changes: Any) -> Break:
    """Make a change of an attempt of other facts of its case."""
    return lambda attempt: with_facts(attempt, **changes)


def bar_last_signer(attempt: Ready) -> Ready:
    """The attempt with an interest of whoever signs it last on file."""
    interest = ConflictOfInterest(person=attempt.signers[-1].person, nature="Married to an applicant")
    return replace(attempt, snapshot=put(attempt.snapshot, interest))


def leave_ground_out(attempt: Ready) -> Ready:
    """The attempt without a ground, where the law closes the list; where it closes none, it is tried with one."""
    listed = replace(attempt.process, grounds=frozenset(Ground))
    return giving(replace(attempt, process=listed), ground=None)


def come_too_early(attempt: Ready) -> Ready:
    """The attempt made a second before."""
    return replace(attempt, now=attempt.now - timedelta(seconds=1))


def with_facts(attempt: Ready, **changes: Any) -> Ready:
    return replace(attempt, snapshot=attempt.snapshot.with_case(**changes))


def get_deadline(snapshot: CaseSnapshot, clock: str) -> Deadline:
    """The one of the clock that was started last, whether it runs or has ended."""
    found = snapshot.find_deadline(clock)
    assert found is not None, f"{clock} was never started"
    return found


def get_open_deadline(snapshot: CaseSnapshot, clock: str) -> Deadline:
    found = find_open_deadline(snapshot, clock)
    assert found is not None, f"{clock} does not run"
    return found


def get_payload(snapshot: CaseSnapshot, kind: type[P]) -> P:
    found = snapshot.find(kind)
    assert found is not None, f"no {kind.KIND} is on file"
    return found


def process_due_now(process: Process, snapshot: CaseSnapshot, now: datetime) -> CaseSnapshot:
    """The case once what is due now was done; something has to be."""
    change = process_due(process, snapshot, now)
    assert change is not None, "nothing was due"
    return change.after


def refused_for(action: str, attempt: Ready) -> list[str]:
    """The names of the guards that refuse the attempt; none where it is taken."""
    try:
        take(action, attempt)
    except GuardsNotMet as refusal:
        return [each["guard"] for each in refusal.extra["guards"]]
    return []
