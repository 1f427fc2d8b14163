"""Clocks of the monitoring after the launch."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from rtp_applications.deadlines.rules.clock import Extendable
from rtp_applications.deadlines.rules.days import ONE_DAY, CalendarName, Length, Unit, due_on, latest_before
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import for_the_group, propose_clock, read_time
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.monitoring.guards import find_launch_day
from rtp_applications.workflow.stages.monitoring.measures import Measures
from rtp_applications.workflow.stages.monitoring.payloads import AnnualReturn, CheckKind, ContractEnd, MonitoringCheck
from rtp_applications.workflow.stages.monitoring.settings import TIMES


def has_check(kind: CheckKind, snapshot: CaseSnapshot) -> bool:
    return snapshot.find_record(MonitoringCheck, kind) is not None


def find_check_day(kind: CheckKind, snapshot: CaseSnapshot) -> date | None:
    held = snapshot.find(MonitoringCheck, kind)
    return held.held_on if held else None


def find_quarter_start(first_checks: Length, snapshot: CaseSnapshot, today: date) -> date | None:
    """Return the start of the quarter: after the last of the first checks, then whenever the one before is recorded."""
    launched = find_launch_day(snapshot)
    if any(True for _ in snapshot.list_payloads(Measures)):
        return today
    return due_on(launched, first_checks, snapshot.calendars[CalendarName.ENGLAND_AND_WALES]) if launched else None


def find_year_start(snapshot: CaseSnapshot, today: date) -> date | None:
    """Return the start of the year: the launch, then whenever the return for the one before is recorded."""
    return today if any(True for _ in snapshot.list_payloads(AnnualReturn)) else find_launch_day(snapshot)


def find_day_before_retender_risk(before_the_end: Length, snapshot: CaseSnapshot, today: date) -> date | None:
    """Return the day before the alert, which is due so long before the contract ends, or tomorrow if that is past."""
    end = snapshot.find(ContractEnd)
    if end is None:
        return None
    alert = latest_before(end.ends_on, before_the_end, snapshot.calendars[CalendarName.ENGLAND_AND_WALES])
    return max(alert - ONE_DAY, today)


def _find_launch_day(snapshot: CaseSnapshot, _: date) -> date | None:
    return find_launch_day(snapshot)


def _make_clock_after_launch(
    name: str,
    description: str,
    number: int,
    unit: Unit,
    met_by: str,
    *,
    counts_from: Callable[[CaseSnapshot, date], date | None],
    recurs: bool = False,
    met_when: Callable[[CaseSnapshot], bool] | None = None,
    met_as_of: Callable[[CaseSnapshot], date | None] | None = None,
    extendable: Extendable | None = None,
) -> CaseClock:
    clock = propose_clock(
        name, description, number, Status.LAUNCHED, unit=unit, fixed=True, met_by=(met_by,),
        started_by=("launch", met_by) if recurs else ("launch",), reminders=(7,), counts_from=counts_from,
        met_as_of=met_as_of, extendable=extendable,
    )  # fmt: skip
    return replace(clock, ended_by=("end-monitoring",), met_when=met_when)


def _make_check_clock(days: int, kind: CheckKind) -> CaseClock:
    return _make_clock_after_launch(
        f"check-after-{days}-days", f"Look at the mutual {days} days after its launch", days, Unit.CALENDAR_DAYS,
        "record-monitoring-check", counts_from=_find_launch_day, met_when=partial(has_check, kind),
        met_as_of=partial(find_check_day, kind),
    )  # fmt: skip


FIRST_CHECKS, _ = read_time(TIMES["first-checks-end"])
RETENDER_ALERT, RETENDER_SOURCE = read_time(TIMES["retender-alert"])
CLOCKS = (
    _make_check_clock(30, CheckKind.DAY_30),
    _make_check_clock(90, CheckKind.DAY_90),
    _make_check_clock(180, CheckKind.DAY_180),
    _make_clock_after_launch(
        "quarterly-measures", "Record the measures of the quarter", 3, Unit.MONTHS, "record-measures",
        counts_from=partial(find_quarter_start, FIRST_CHECKS), recurs=True, extendable=for_the_group(1, Unit.MONTHS),
    ),
    _make_clock_after_launch(
        "annual-return", "Make the annual return", 12, Unit.MONTHS, "record-annual-return",
        counts_from=find_year_start, recurs=True, extendable=for_the_group(3, Unit.MONTHS),
    ),
    CaseClock(
        name="retender-risk",
        description="The contract ends soon: it may be tendered again",
        runs_in=frozenset({Status.LAUNCHED}),
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.POLICY,
        source=RETENDER_SOURCE,
        started_by=("record-contract-end",),
        ended_by=("record-contract-end", "end-monitoring"),
        window=True,
        reminders=(0,),
        counts_from=partial(find_day_before_retender_risk, RETENDER_ALERT),
    ),
)  # fmt: skip
