"""What the process of a route is made of: actions with who may and which guards, clocks, documents and grounds.

A process is data. It is published as it stands, drawn from, and read by the engine; a case is pinned to its version.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from rtp_applications.clocks.days import CalendarName, Length
from rtp_applications.clocks.deadline import Basis
from rtp_applications.workflow.casefile import CaseFile, Record, Signature
from rtp_applications.workflow.words import Ground, Role, Status
from rtp_shared.contracts import EventData
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.problems import FieldError


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: a person, vouched for by a client of an organisation. `standing` are roles that hold in every case."""

    person: str
    readers: tuple[str, ...]
    standing: frozenset[Role] = frozenset()

    @property
    def holder(self) -> str:
        """As whom the person appears on file where no party says otherwise: the client itself."""
        return self.readers[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One attempt to do something, as the guards see it. `given` is None while only the possibility is asked for."""

    process: "Process"
    action: "Action"
    file: CaseFile
    given: Any
    signed: tuple[Signature, ...]
    """By those who signed already, the caller last."""
    now: datetime
    today: date


Check = Callable[[Step], "str | FieldError | None"]
"""None where it holds; what is wanting, with its own field where that is not always the same."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of an action."""

    name: str
    says: str
    check: Check
    field: str = ""
    """JSON pointer of what is wanting, in the case or in what is given."""
    reads_given: bool = False
    """Whether it is about what is given with the action, so that it can only be answered then."""

    def unmet(self, step: Step) -> FieldError | None:
        """What is wanting, in plain words, and where; None where the condition holds."""
        found = self.check(step)
        return FieldError(self.field or "/", found) if isinstance(found, str) else found


def guard(field: str = "", *, given: bool = False) -> Callable[[Check], Guard]:
    """Make a guard of a function: named after it, and explained by its docstring."""

    def make(check: Check) -> Guard:
        return Guard(check.__name__.replace("_", "-"), " ".join((check.__doc__ or "").split()), check, field, given)

    return make


Effect = Callable[[Step, CaseFile], CaseFile]
Slot = frozenset[Role]


def by(*roles: Role) -> tuple[Slot, ...]:
    """Signed by one person in one of these roles."""
    return (frozenset(roles),)


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that can be done with a case."""

    name: str
    says: str
    """Public description."""
    row: tuple[int, ...] = ()
    """Rows of the process table in docs/process.md that it carries out; none for one that only puts facts on file."""
    who: tuple[Slot, ...]
    """Who signs: one person for each slot, no person twice."""
    starts: frozenset[Status]
    leads_to: tuple[Status, ...] = ()
    """The status after it; none where the status stays; of several, `given.to` names the one."""
    guards: tuple[Guard, ...] = ()
    takes: type[Record]
    event: type[EventData] | None = None
    tells: Callable[[Step, CaseFile], EventData] | None = None
    """Makes the event, where it says more than that the case moved."""
    effects: tuple[Effect, ...] = ()
    clears: tuple[type[Record], ...] = ()
    """Records that no longer count after it, such as the votes of a panel that defers."""
    discloses: bool = False
    """Whether new readers come to see the case with it: the audit then holds the whole state."""

    @property
    def confidential(self) -> bool:
        """Whether only bodies sign it, so that applicants may not see it pending."""
        bodies_only = {
            Role.CASE_OFFICER, Role.PANEL_MEMBER, Role.DECISION_MAKER, Role.SCRUTINY_CHAIR, Role.COMMISSIONER,
            Role.MUTUALS_TEAM, Role.ESCALATION_REVIEWER, Role.SYSTEM,
        }  # fmt: skip
        return all(slot <= bodies_only for slot in self.who)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A deadline that runs while a case is in some states. A body's own dated rule may replace its length."""

    name: str
    says: str
    runs_in: frozenset[Status]
    length: Length | None = None
    """None where only the body's own rule gives one."""
    rule: str | None = None
    """Name of the body's rule that replaces the length."""
    basis: Basis
    source: str
    calendar: CalendarName = CalendarName.ENGLAND_AND_WALES
    local_calendar: bool = False
    """Whether the body may choose the calendar."""
    pauses_in: frozenset[Status] = frozenset()
    rests: bool = True
    """Whether it rests while the case is suspended, unless a statute sets it."""
    met_by: tuple[str, ...] = ()
    """Actions that meet it while the state stays."""
    met_when: Callable[[CaseFile], bool] | None = None
    """Whether what is on file after such an action meets it, where the action's name alone does not tell."""
    met_as_of: Callable[[CaseFile], date | None] | None = None
    """The civil date on which it was done, as such an action put it on file, where that is not the day of recording."""
    met_once: Callable[[CaseFile], bool] | None = None
    """Whether it is met by what stands outside the case, such as a rule of the body, whatever is done in the case."""
    ended_by: tuple[str, ...] = ()
    """Actions after which it no longer matters: it is neither met nor missed."""
    started_by: tuple[str, ...] = ()
    """Actions that start it; none: entering one of the states does."""
    idle: bool = False
    """Whether every action starts it anew."""
    window: bool = False
    """A time in which something may be done, rather than a duty: its end is no miss."""
    reminders: tuple[int, ...] = ()
    """Days before the end on which a reminder is due."""
    on_end: str | None = None
    """What the platform does when it has ended."""
    counts_from: Callable[[CaseFile, date], date | None] | None = None
    """The civil date it counts from, where that is not the day on which it starts; None: it does not start."""

    @property
    def pausable(self) -> bool:
        return self.rests and self.basis is not Basis.STATUTE


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
    says: str
    actions: tuple[Action, ...]
    clocks: tuple[Clock, ...] = ()
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kinds of documents that an action requires, by the action's name."""
    grounds: frozenset[Ground] | None = None
    """Grounds of refusal, where the law closes the list."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    strands: tuple[str, ...] = ()
    imported: frozenset[Status] = frozenset()
    """Statuses in which cases may be that were brought in, though no action leads there."""

    @cached_property
    def by_name(self) -> Mapping[str, Action]:
        return {action.name: action for action in self.actions}

    @cached_property
    def statuses(self) -> frozenset[Status]:
        starts = (action.starts for action in self.actions)
        drafts = {Status.DRAFT} if self.actions else set()
        return self.imported.union(drafts, *starts, *(action.leads_to for action in self.actions))

    @cached_property
    def _from(self) -> Mapping[Status, tuple[Action, ...]]:
        return {status: tuple(a for a in self.actions if status in a.starts) for status in Status}

    def possible(self, status: Status) -> Sequence[Action]:
        """The actions that start in this status, whoever may take them."""
        return self._from[status]

    def setting(self, file: CaseFile, name: str) -> Any:
        """The body's own rule, or else the setting's value."""
        own = file.rule(name)
        return self.settings[name].value if own is None else own
