"""Clocks of the subsidy database: Subsidy Control Act 2022 s.33(3)."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from rtp_applications.deadlines.rules.days import ONE_DAY, Length, Unit, add_months
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.procurement.rules.assistance import get_database_amount
from rtp_applications.workflow.common.clocks import CASE_ENDS, read_time
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.subsidy.payloads import (
    AssistanceNotification,
    DatabaseEntry,
    GivenAssistance,
)
from rtp_applications.workflow.stages.subsidy.settings import DATABASE, SINCE_THE_MANDATE, TAX, TIMES

A_YEAR = 12


def _list_owing(snapshot: CaseSnapshot, *, tax: bool) -> Iterator[GivenAssistance]:
    """Yield what was given here of more than £100,000 (ss.33(1)(a), (2), 36(4), 38(4)), as a tax measure or "
    "otherwise."""
    for given, _ in snapshot.list_payloads(GivenAssistance):
        notified = snapshot.find(AssistanceNotification, given.reference)
        large = notified is not None and notified.gross_pence > get_database_amount(given.given_on)
        if large and (given.tax_declared_on is not None) is tax:
            yield given


def _find_start(given: GivenAssistance) -> date:
    """Return the day that the time counts from: that of the confirmation, or the day before that of the declaration,
    with which the year begins.
    """
    return given.tax_declared_on - ONE_DAY if given.tax_declared_on else given.given_on


def _find_first_without_entry(snapshot: CaseSnapshot, *, tax: bool) -> date | None:
    owing = _list_owing(snapshot, tax=tax)
    starts = [_find_start(each) for each in owing if not snapshot.find_record(DatabaseEntry, each.reference)]
    return min(starts, default=None)


def _find_start_of_clock(snapshot: CaseSnapshot, _: date, *, tax: bool) -> date | None:
    return _find_first_without_entry(snapshot, tax=tax)


def _is_entered(name: str, snapshot: CaseSnapshot, *, tax: bool) -> bool:
    """Tell whether all is entered that the deadline counts from; what was given later counts by itself."""
    left, counted = _find_first_without_entry(snapshot, tax=tax), snapshot.find_deadline(name)
    return left is None or (counted is not None and left > counted.started_on)


def _find_day_of_entry(name: str, snapshot: CaseSnapshot, *, tax: bool) -> date | None:
    counted = snapshot.find_deadline(name)
    owing = [each for each in _list_owing(snapshot, tax=tax) if counted and _find_start(each) == counted.started_on]
    found = [snapshot.find(DatabaseEntry, each.reference) for each in owing]
    return max((each.entered_on for each in found if each), default=None)


def _measure_tax_year(snapshot: CaseSnapshot) -> Length | None:
    """Return the days of the year that begins with the date of the tax declaration."""
    before = _find_first_without_entry(snapshot, tax=True)
    if before is None:
        return None
    declared_on = before + ONE_DAY
    return Length((add_months(declared_on, A_YEAR) - declared_on).days, Unit.CALENDAR_DAYS)


def _make_clock(name: str, description: str, source: str, *, tax: bool, length: Length | None = None) -> CaseClock:
    return CaseClock(
        name=name,
        description=description,
        runs_in=SINCE_THE_MANDATE | {Status.READINESS_REVIEW},
        length=length,
        length_of=None if length else _measure_tax_year,
        basis=Basis.STATUTE,
        source=source,
        started_by=("give-assistance", "record-subsidy-database-entry"),
        met_by=("record-subsidy-database-entry",),
        met_when=partial(_is_entered, name, tax=tax),
        met_as_of=partial(_find_day_of_entry, name, tax=tax),
        ended_by=(*CASE_ENDS, "record-tender-lost"),
        reminders=(14,),
        counts_from=partial(_find_start_of_clock, tax=tax),
    )


_LENGTH, _SOURCE = read_time(TIMES[DATABASE])
CLOCKS = (
    _make_clock(
        DATABASE, "Enter the subsidy in the subsidy database, within three months of the confirmation that it is given",
        _SOURCE, tax=False, length=_LENGTH,
    ),
    _make_clock(
        TAX, "Enter the tax measure in the subsidy database, within the year that begins with the tax declaration",
        "Subsidy Control Act 2022 s.33(3)(a)", tax=True,
    ),
)  # fmt: skip
