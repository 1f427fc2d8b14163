"""The parts of a process: actions with their signatories and guards, clocks, documents, grounds and settings.

A process is data. It is published as it stands, drawn from, and read by the engine; a case is pinned to its version.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal, Self, TypeAlias

from rtp_applications.deadlines.rules.clock import Clock
from rtp_applications.workflow.enums import Ground, Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, Signature
from rtp_shared.contracts.base import EventData
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.problems import FieldError

CaseClock: TypeAlias = Clock[CaseSnapshot]
"""A clock of a process, which reads the case's snapshot."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who acts, vouched for by a client of an organisation. `global_roles` hold in every case."""

    person: str
    identities: tuple[str, ...]
    """Names under which the client sees cases: its own, its organisation's, and those of its scopes."""
    global_roles: frozenset[Role] = frozenset()

    @property
    def vouching_client(self) -> str:
        """Return the name under which the person stands on file if no party says otherwise: the client itself."""
        return self.identities[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One attempt to take an action, as guards, effects and event factories see it."""

    process: "Process"
    action: "Action"
    snapshot: CaseSnapshot
    payload: Any
    """An instance of the action's payload model; None while only the possibility is asked for."""
    signed: tuple[Signature, ...]
    """Signatures of those who signed already, the caller last."""
    now: datetime
    today: date


Check = Callable[[Step], "str | FieldError | None"]
"""Returns None if the condition holds, else what is missing, with a field of its own if that is not always the same."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of an action."""

    name: str
    description: str
    check: Check
    field: str = ""
    """JSON pointer of what is missing, in the case or in the payload."""
    reads_payload: bool = False
    """True if it is about the payload, so that it can only be answered once that is there."""

    def find_error(self, step: Step) -> FieldError | None:
        """Return what is missing, in plain words, and where; None if the condition holds."""
        found = self.check(step)
        if found is None:
            return None
        error = FieldError(self.field, found) if isinstance(found, str) else found
        return error if self.reads_payload else error._replace(location="case")


def guard(field: str = "", *, payload: bool = False) -> Callable[[Check], Guard]:
    """Make a guard of a function: named after it, and explained by its docstring."""

    def make(check: Check) -> Guard:
        return Guard(check.__name__.replace("_", "-"), " ".join((check.__doc__ or "").split()), check, field, payload)

    return make


Effect = Callable[[Step, CaseSnapshot], CaseSnapshot]
"""Returns the case as an action changes it besides its status."""

EventFactory = Callable[[Step, CaseSnapshot], EventData]
"""Makes an action's event of the step and of the case after it."""

Slot = frozenset[Role]
"""The roles of which one person signs in one."""


def one_of(*roles: Role) -> tuple[Slot, ...]:
    """Ask for the signature of one person in one of these roles."""
    return (frozenset(roles),)


BODIES_ONLY = frozenset(
    {
        Role.CASE_OFFICER, Role.PANEL_MEMBER, Role.DECISION_MAKER, Role.SCRUTINY_CHAIR, Role.COMMISSIONER,
        Role.FURTHER_EMPLOYER, Role.MUTUALS_TEAM, Role.ESCALATION_REVIEWER, Role.SYSTEM,
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that can be done with a case."""

    name: str
    description: str
    """Public description."""
    rows: tuple[int, ...] = ()
    """Rows of the process table in docs/process.md that it carries out; none for one that only puts facts on file."""
    signatories: tuple[Slot, ...]
    """One person signs for each slot, no person twice."""
    from_states: frozenset[Status]
    leads_to: tuple[Status, ...] = ()
    """The status after it; none if the status stays; of several, the payload's `to` names the one."""
    guards: tuple[Guard, ...] = ()
    payload_model: type[Payload]
    event: type[EventData] | None = None
    event_factory: EventFactory | None = None
    """Makes the event, if it says more than that the case moved."""
    effects: tuple[Effect, ...] = ()
    clears: tuple[type[Payload], ...] = ()
    """Records that no longer count after it, such as the votes of a panel that defers."""
    nowhere_else: str = ""
    """Why it starts from no other status, for whoever tries it there."""
    discloses: bool = False
    """True if new readers come to see the case with it: the audit then holds the whole state."""

    @property
    def confidential(self) -> bool:
        """Return True if only bodies sign it, so that applicants may not see it pending."""
        return all(slot <= BODIES_ONLY for slot in self.signatories)

    def with_guards(self, *added: Guard) -> Self:
        """Return the action with more guards, after its own; raise ValueError if it has one of that name."""
        names = {each.name for each in self.guards}
        if twice := [each.name for each in added if each.name in names]:
            raise ValueError(f"{self.name} has a guard {twice[0]} already")
        return replace(self, guards=(*self.guards, *added))

    def without_guard(self, name: str) -> Self:
        """Return the action without the guard of that name; raise ValueError if it has none."""
        if name not in {each.name for each in self.guards}:
            raise ValueError(f"{self.name} has no guard {name}")
        return replace(self, guards=tuple(each for each in self.guards if each.name != name))

    def replace_guard(self, name: str, former: Guard) -> Self:
        """Return the action with another guard in the place of this one; raise ValueError if it has none so named."""
        if name not in {each.name for each in self.guards}:
            raise ValueError(f"{self.name} has no guard {name}")
        return replace(self, guards=tuple(former if each.name == name else each for each in self.guards))

    def with_effects(self, *added: Effect) -> Self:
        """Return the action with more effects, after its own."""
        return replace(self, effects=(*self.effects, *added))


def replace_actions(actions: Sequence[Action], *changed: Action) -> tuple[Action, ...]:
    """Return the actions with those of the same name replaced; raise ValueError for one whose name is not there."""
    by_name = {action.name: action for action in changed}
    if missing := by_name.keys() - {action.name for action in actions}:
        raise ValueError(f"no actions to replace: {', '.join(sorted(missing))}")
    return tuple(by_name.get(action.name, action) for action in actions)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that bodies or later law may change: with its source, and since when it holds."""

    value: Any
    source: str
    tag: Literal["found", "believed", "proposed"]
    since: date


@dataclass(frozen=True, kw_only=True)
class Process:
    """The process of one route, in one version."""

    route: Route
    version: int
    since: date
    description: str
    actions: tuple[Action, ...]
    clocks: tuple[CaseClock, ...] = ()
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kinds of documents that an action requires, by the action's name."""
    grounds: frozenset[Ground] | None = None
    """Grounds of refusal, if the law closes the list."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    strands: tuple[str, ...] = ()
    imported: frozenset[Status] = frozenset()
    """Statuses in which cases may be that were brought in, though no action leads there."""

    @cached_property
    def by_name(self) -> Mapping[str, Action]:
        return {action.name: action for action in self.actions}

    @cached_property
    def _clocks_by_name(self) -> Mapping[str, CaseClock]:
        return {clock.name: clock for clock in self.clocks}

    def find_clock(self, name: str) -> CaseClock | None:
        """Return the clock of that name; None if this version of the process has none."""
        return self._clocks_by_name.get(name)

    @cached_property
    def statuses(self) -> frozenset[Status]:
        drafts = {Status.DRAFT} if self.actions else set()
        from_states = (action.from_states for action in self.actions)
        return self.imported.union(drafts, *from_states, *(action.leads_to for action in self.actions))

    @cached_property
    def _by_status(self) -> Mapping[Status, tuple[Action, ...]]:
        return {status: tuple(a for a in self.actions if status in a.from_states) for status in Status}

    def list_actions(self, status: Status) -> Sequence[Action]:
        """Return the actions that can be taken from this status, whoever may take them."""
        return self._by_status[status]

    def get_setting(self, snapshot: CaseSnapshot, name: str, on: date | None = None) -> Any:
        """Return the body's own rule on a day, or today's, or else the setting's value."""
        own = snapshot.get_rule(name, on)
        return self.settings[name].value if own is None else own
