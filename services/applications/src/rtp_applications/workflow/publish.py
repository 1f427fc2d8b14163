"""A process as it is published: what the engine goes by, in plain JSON."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import Field

from rtp_applications.clocks.days import CalendarName, Length, Unit
from rtp_applications.clocks.deadline import Basis
from rtp_applications.workflow.definition import Action, Clock, Guard, Process, Setting
from rtp_applications.workflow.records import Nothing
from rtp_applications.workflow.words import APPEALABLE, ENDED, Ground, Role, Status
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.schemas import Output

Word = TypeVar("Word", Status, Role, Ground)


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


class ActionView(Output):
    """Something that can be done with a case, all of whose conditions must hold."""

    name: str
    says: str
    rows: list[int] = Field(description="Rows of the process table that it carries out")
    who: list[list[Role]] = Field(description="Who signs: for each entry one person in one of its roles, nobody twice")
    starts: list[Status] = Field(alias="from", description="The statuses from which it can be taken")
    to: list[Status] = Field(description="The status after it; of several, what is given names one; none: it stays")
    guards: list[GuardView]
    documents: list[str] = Field(description="Kinds of documents that it requires")
    event: str | None = Field(description="Type of the event that tells of it")
    takes: dict[str, Any] | None = Field(description="JSON Schema of what is given with it; null for nothing")


class LengthView(Output):
    number: int
    unit: Unit


class ClockView(Output):
    """A deadline that runs while a case is in some statuses."""

    name: str
    says: str
    length: LengthView | None = Field(description="Null where only the body's own rule gives one")
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
    window: bool = Field(description="Whether it is a time in which something may be done, rather than a duty")
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


def published(process: Process) -> ProcessView:
    return ProcessView(
        **_summary(process),
        statuses=[_status(process, each) for each in _in_order(Status, process.statuses)],
        actions=[_action(process, each) for each in process.actions],
        clocks=[_clock(each) for each in process.clocks],
        grounds=None if process.grounds is None else _in_order(Ground, process.grounds),
        settings=[_setting(name, each) for name, each in process.settings.items()],
        strands=list(process.strands),
    )


def summed_up(process: Process) -> ProcessSummary:
    return ProcessSummary(**_summary(process))


def _summary(process: Process) -> dict[str, Any]:
    return {"route": process.route, "version": process.version, "since": process.since, "says": process.says}


def _status(process: Process, status: Status) -> StatusView:
    return StatusView(
        status=status, ended=status in ENDED, appealable=status in APPEALABLE, imported=status in process.imported
    )


def _action(process: Process, action: Action) -> ActionView:
    return ActionView(
        name=action.name,
        says=action.says,
        rows=list(action.row),
        who=[_in_order(Role, slot) for slot in action.who],
        starts=_in_order(Status, action.starts),
        to=list(action.leads_to),
        guards=[_guard(each) for each in action.guards],
        documents=list(process.documents.get(action.name, ())),
        event=action.event.TYPE if action.event else None,
        takes=None if action.takes is Nothing else action.takes.model_json_schema(by_alias=True),
    )


def _guard(guard: Guard) -> GuardView:
    return GuardView(name=guard.name, says=guard.says, field=guard.field, reads_given=guard.reads_given)


def _clock(clock: Clock) -> ClockView:
    return ClockView(
        name=clock.name,
        says=clock.says,
        length=_length(clock.length),
        rule=clock.rule,
        basis=clock.basis,
        source=clock.source,
        calendar=clock.calendar,
        local_calendar=clock.local_calendar,
        runs_in=_in_order(Status, clock.runs_in),
        pauses_in=_in_order(Status, clock.pauses_in),
        pausable=clock.pausable,
        started_by=list(clock.started_by),
        met_by=list(clock.met_by),
        ended_by=list(clock.ended_by),
        idle=clock.idle,
        window=clock.window,
        reminders=list(clock.reminders),
        on_end=clock.on_end,
    )


def _length(length: Length | None) -> LengthView | None:
    return LengthView(number=length.number, unit=length.unit) if length else None


def _setting(name: str, setting: Setting) -> SettingView:
    return SettingView(name=name, value=setting.value, source=setting.source, tag=setting.tag, since=setting.since)


def _in_order(words: Iterable[Word], some: frozenset[Word] | Sequence[Word]) -> list[Word]:
    """As the closed list has them, so that the same process is always published alike."""
    return [word for word in words if word in some]
