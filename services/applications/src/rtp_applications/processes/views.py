"""Published forms of processes."""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from pydantic.alias_generators import to_camel

from rtp_applications.deadlines.rules.clock import Extendable
from rtp_applications.deadlines.rules.days import Length
from rtp_applications.processes.schemas import (
    ActionView,
    ClockLengthView,
    ClockView,
    DateBoundsView,
    ExtendableView,
    GuardView,
    ProcessSummary,
    ProcessView,
    SettingView,
    StatusView,
)
from rtp_applications.workflow.bounds import DateBounds
from rtp_applications.workflow.common.payloads import Nothing
from rtp_applications.workflow.definition import Action, CaseClock, Guard, Process, Setting
from rtp_applications.workflow.enums import APPEALABLE, ENDED, Ground, Role, Status

Word = TypeVar("Word", Status, Role, Ground)


def show_process(process: Process) -> ProcessView:
    return ProcessView(
        **_show_summary(process),
        statuses=[_show_status(process, each) for each in _put_in_order(Status, process.statuses)],
        actions=[_show_action(process, each) for each in process.actions],
        clocks=[_show_clock(each) for each in process.clocks],
        grounds=None if process.grounds is None else _put_in_order(Ground, process.grounds),
        settings=[_show_setting(name, each) for name, each in process.settings.items()],
        strands=list(process.strands),
    )


def summarise_process(process: Process) -> ProcessSummary:
    return ProcessSummary(**_show_summary(process))


def _show_summary(process: Process) -> dict[str, Any]:
    return {
        "route": process.route,
        "version": process.version,
        "since": process.since,
        "says": process.description,
    }


def _show_status(process: Process, status: Status) -> StatusView:
    return StatusView(
        status=status, ended=status in ENDED, appealable=status in APPEALABLE, imported=status in process.imported
    )


def _show_action(process: Process, action: Action) -> ActionView:
    return ActionView(
        name=action.name,
        says=action.description,
        rows=list(action.rows),
        who=[_put_in_order(Role, slot) for slot in action.signatories],
        starts=_put_in_order(Status, action.from_states),
        to=list(action.leads_to),
        guards=[_show_guard(each) for each in action.guards],
        dates=[_show_bounds(each) for each in action.guards if isinstance(each, DateBounds)],
        documents=list(process.documents.get(action.name, ())),
        event=action.event.TYPE if action.event else None,
        takes=None if action.payload_model is Nothing else action.payload_model.model_json_schema(by_alias=True),
    )


def _show_guard(guard: Guard) -> GuardView:
    return GuardView(name=guard.name, says=guard.description, field=guard.field, reads_given=guard.reads_payload)


def _show_bounds(bounds: DateBounds) -> DateBoundsView:
    return DateBoundsView(
        field="/" + "/".join(to_camel(part) for part in bounds.attribute.split("/")),
        not_before=bounds.earliest.says,
        not_after=bounds.latest.says,
        late_before=bounds.expected.says if bounds.expected else None,
        may_be_late=bounds.timely,
    )


def _show_clock(clock: CaseClock) -> ClockView:
    return ClockView(
        name=clock.name,
        says=clock.description,
        length=_show_length(clock.length),
        rule=clock.rule,
        basis=clock.basis,
        source=clock.source,
        calendar=clock.calendar,
        local_calendar=clock.local_calendar,
        runs_in=_put_in_order(Status, clock.runs_in),
        pauses_in=_put_in_order(Status, clock.pauses_in),
        pausable=clock.pausable,
        started_by=list(clock.started_by),
        met_by=list(clock.met_by),
        ended_by=list(clock.ended_by),
        idle=clock.idle,
        once=clock.once,
        yields_to=clock.yields_to,
        window=clock.window,
        extendable=_show_extendable(clock.extendable) if clock.extendable else None,
        reminders=list(clock.reminders),
        on_end=clock.on_end,
    )


def _show_extendable(extendable: Extendable) -> ExtendableView:
    return ExtendableView(by=_put_in_order(Role, extendable.by), most=_show_length(extendable.most))


def _show_length(length: Length | None) -> ClockLengthView | None:
    return ClockLengthView(number=length.number, unit=length.unit) if length else None


def _show_setting(name: str, setting: Setting) -> SettingView:
    return SettingView(name=name, value=setting.value, source=setting.source, tag=setting.tag, since=setting.since)


def _put_in_order(words: Iterable[Word], some: Collection[str]) -> list[Word]:
    """Return some words in the order of their closed list, so that the same process is always published alike."""
    return [word for word in words if word in some]
