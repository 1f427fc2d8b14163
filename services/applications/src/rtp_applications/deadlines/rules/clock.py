"""The definition of a clock: a deadline that runs while a case is in some statuses.

A clock reads the case that it runs in only through `TimedCase`, so that the rules of time know no workflow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, Self, TypeVar
from uuid import UUID

from rtp_applications.deadlines.rules.days import CalendarName, Calendars, Length
from rtp_applications.deadlines.rules.deadline import Basis, Deadline


class CitedRule(Protocol):
    """A rule that a body set for itself, as the rules of time see it."""

    @property
    def value(self) -> Any: ...

    def cite(self) -> str: ...


class TimedCase(Protocol):
    """A case as the rules of time see it."""

    @property
    def status(self) -> str: ...

    @property
    def suspended(self) -> str | None: ...

    @property
    def deadlines(self) -> Mapping[UUID, Deadline]: ...

    @property
    def calendars(self) -> Calendars: ...

    def get_rule(self, name: str, on: date | None = None) -> Any: ...

    def find_rule(self, name: str, on: date | None = None) -> CitedRule | None: ...

    def find_rule_published_late(self, name: str, on: date) -> CitedRule | None: ...

    def with_deadline(self, *changed: Deadline) -> Self: ...


CaseT = TypeVar("CaseT", bound=TimedCase)


@dataclass(frozen=True, slots=True)
class Extendable:
    """Who may give more time on a clock, and how much."""

    by: frozenset[str]
    """Roles of which one signs."""
    most: Length | None
    """All that is given together lasts no longer than this; None: no limit but the number of extensions."""


@dataclass(frozen=True, kw_only=True)
class Clock(Generic[CaseT]):
    """A deadline that runs while a case is in some statuses. A body's own dated rule may replace its length."""

    name: str
    description: str
    runs_in: frozenset[str]
    length: Length | None = None
    """None if only the body's own rule gives one."""
    length_of: Callable[[CaseT], Length | None] | None = None
    """The length that something on file in the case states; it does not start for None."""
    rule: str | None = None
    """Name of the body's rule that replaces the length."""
    rule_on: Callable[[CaseT, date], date | None] | None = None
    """The day on which that rule was in force; None: the day on which the clock starts."""
    basis: Basis
    source: str
    calendar: CalendarName = CalendarName.ENGLAND_AND_WALES
    local_calendar: bool = False
    """True if the body may choose the calendar."""
    extendable: Extendable | None = None
    """None if nobody gives more time on it."""
    pauses_in: frozenset[str] = frozenset()
    rests: bool = True
    """True if it rests while the case is suspended, unless a statute sets it."""
    met_by: tuple[str, ...] = ()
    """Actions that meet it while the status stays."""
    met_when: Callable[[CaseT], bool] | None = None
    """Condition on the case after such an action, for a clock that the action's name alone does not meet."""
    met_as_of: Callable[[CaseT], date | None] | None = None
    """Civil date on which it was done, as such an action put it on file, if that is not the day of recording."""
    met_once: Callable[[CaseT], bool] | None = None
    """Condition outside the case that meets it whatever is done in the case, such as a rule of the body."""
    ended_by: tuple[str, ...] = ()
    """Actions after which it no longer matters: it is neither met nor missed."""
    once: bool = False
    """True for a time that the law counts from one day alone: once met or missed it never starts again."""
    skipped_when: Callable[[CaseT, date], bool] | None = None
    """Condition on the case, and on the day from which it would count, under which it does not start: what it asks for
    was done already, or missed.
    """
    yields_to: str | None = None
    """Name of the clock that takes its place: from that one's first start on it starts no more."""
    unsettled_when: Callable[[CaseT, date], str | None] | None = None
    """Why it is not known on a day whether it is this time that counts; None for what is settled."""
    starts_late: bool = False
    """True if it starts as soon as it has a length, where it had none when the case came into its statuses."""
    started_by: tuple[str, ...] = ()
    """Actions that start it; if there are none, entering one of the statuses does."""
    idle: bool = False
    """True if every action starts it anew."""
    window: bool = False
    """True for a time in which something may be done, rather than a duty: its end is no miss."""
    reminders: tuple[int, ...] = ()
    """Days before the end on which a reminder is due."""
    on_end: str | None = None
    """Action that the platform takes when it has ended."""
    runs_from_entry: bool = False
    """True for a time of those who learn of a decision by its entry: entered late, it takes nothing from them."""
    counts_from: Callable[[CaseT, date], date | None] | None = None
    """Civil date that it counts from, if that is neither the day of the decision that starts it nor that of its entry;
    it does not start for None.
    """

    @property
    def pausable(self) -> bool:
        return self.rests and self.basis is not Basis.STATUTE
