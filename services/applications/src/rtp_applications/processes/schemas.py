"""A process as it is published: all that the engine goes by, in plain JSON."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from rtp_applications.deadlines.rules.days import CalendarName, Unit
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.enums import Ground, Role, Status
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.schemas import Output


class StatusView(Output):
    status: Status
    ended: bool = Field(description="Whether the case is over in it")
    appealable: bool = Field(description="Whether this end becomes final only when the appeal window closes")
    imported: bool = Field(description="Whether only cases come to it that were brought in")


class GuardView(Output):
    """A condition of an action."""

    name: str = Field(description="As refusals name it")
    says: str
    field: str = Field(description="JSON pointer of what it is about; empty where it is about no one field")
    reads_given: bool = Field(description="Whether it is about what is given with the action")


class DateBoundsView(Output):
    """The bounds of a date that is given with an action, both days included."""

    field: str = Field(description="JSON pointer of the date; * stands for every item of a list")
    not_before: str = Field(description="The first day that is taken")
    not_after: str = Field(description="The last day that is taken")
    late_before: str | None = Field(
        description="A step of the case: a day before it, or further back than the setting late-entry, is entered late "
        "and names its document. Null where only the setting says so"
    )
    may_be_late: bool = Field(description="Whether it is something that has happened, and may be entered late")


class ActionView(Output):
    """Something that can be done with a case, all of whose conditions must hold."""

    name: str
    says: str
    rows: list[int] = Field(description="Rows of the process table that it carries out")
    who: list[list[Role]] = Field(description="Who signs: for each entry one person in one of its roles, nobody twice")
    starts: list[Status] = Field(alias="from", description="The statuses from which it can be taken")
    to: list[Status] = Field(description="The status after it; of several, what is given names one; none: it stays")
    guards: list[GuardView]
    dates: list[DateBoundsView] = Field(description="Between which days each date lies that is given with it")
    documents: list[str] = Field(description="Kinds of documents that it requires")
    event: str | None = Field(description="Type of the event that tells of it")
    takes: dict[str, Any] | None = Field(description="JSON Schema of what is given with it; null for nothing")


class ClockLengthView(Output):
    """How long a clock runs, where nobody replaces it."""

    number: int
    unit: Unit


class ExtendableView(Output):
    """Who may give more time on a clock, and how much."""

    by: list[Role]
    most: ClockLengthView | None = Field(description="All extensions together; null where only their number is limited")


class ClockView(Output):
    """A deadline that runs while a case is in some statuses."""

    name: str
    says: str
    length: ClockLengthView | None = Field(
        description="Null where only the body's own rule, or something on file in the case, gives one"
    )
    rule: str | None = Field(description="The body's own rule that replaces the length")
    basis: Basis
    source: str
    calendar: CalendarName
    local_calendar: bool = Field(description="Whether the body may choose the calendar")
    runs_in: list[Status]
    pauses_in: list[Status]
    pausable: bool = Field(description="Whether it rests while the case is suspended; a statutory clock never does")
    started_by: list[str] = Field(description="Actions that start it; none: coming into one of the statuses does")
    met_by: list[str] = Field(
        description="Actions that meet it while the status stays; some only with the last of what they ask for"
    )
    ended_by: list[str] = Field(description="Actions after which it no longer matters: it is neither met nor missed")
    idle: bool = Field(description="Whether every action starts it anew")
    once: bool = Field(description="Whether, once met or missed, it never starts again in a case")
    yields_to: str | None = Field(
        description="The clock that takes its place: from that one's first start on it starts no more"
    )
    window: bool = Field(description="Whether it is a time in which something may be done, rather than a duty")
    extendable: ExtendableView | None = Field(description="Null where nobody gives more time on it")
    reminders: list[int] = Field(description="Days before the end on which a reminder is due")
    on_end: str | None = Field(description="The action that the platform takes when it has ended")


class SettingView(Output):
    """A value that later law may change, and many a body for itself."""

    name: str
    value: Any
    source: str
    tag: Literal["found", "believed", "proposed"] = Field(
        description="Found in the source, believed without having seen it, or proposed by the platform"
    )
    since: date


class ProcessSummary(Output):
    route: Route
    version: int
    since: date = Field(description="The day from which new cases are pinned to it")
    says: str


class ProcessView(ProcessSummary):
    """The process of a route in one version. A version never changes: a change is a new version."""

    statuses: list[StatusView]
    actions: list[ActionView]
    clocks: list[ClockView]
    grounds: list[Ground] | None = Field(description="Grounds of refusal where the law closes the list")
    settings: list[SettingView]
    strands: list[str] = Field(description="What assurance rates before the panel meets")
