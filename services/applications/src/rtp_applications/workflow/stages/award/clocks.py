"""Clocks of the standstill and of the contract details notice."""

from collections.abc import Callable
from datetime import date
from functools import partial

from rtp_applications.deadlines.rules.days import ONE_DAY, CalendarName, Length, Unit
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import CASE_ENDS, is_done_with, read_time
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import UNTIL_THE_LAUNCH, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.guards import find_notice
from rtp_applications.workflow.stages.award.payloads import Award, FurtherDecision, NoticeKind
from rtp_applications.workflow.stages.award.restarts import (
    find_end_of_last_standstill,
    find_last_end,
    find_notice_owed,
)
from rtp_applications.workflow.stages.award.settings import TIMES
from rtp_applications.workflow.stages.contract.payloads import Regime
from rtp_applications.workflow.stages.contract.tracks import LIGHT_TOUCH, find_track


def find_day_before_award_notice(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before the contract award notice, with whose day the standstill begins (s.51(2))."""
    published = find_notice(snapshot, NoticeKind.UK6)
    return None if published is None or _is_under_selection(snapshot) else published.published_on - ONE_DAY


def find_day_after_intention_notice(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day after the notice of intention, on which the standstill begins (SI 2023/1348 reg 12(2)): day 0."""
    published = find_notice(snapshot, NoticeKind.SELECTION_INTENTION)
    return published.published_on + ONE_DAY if published and _is_under_selection(snapshot) else None


def find_day_before_stated_standstill(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before the contract award notice that provides for a standstill; None if it states none."""
    published = find_notice(snapshot, NoticeKind.UK6)
    return published.published_on - ONE_DAY if published and published.standstill_ends_on else None


def measure_stated_standstill(snapshot: CaseSnapshot) -> Length | None:
    """Return the length of the standstill that the notice provides for, the day of the notice being the first."""
    published = find_notice(snapshot, NoticeKind.UK6)
    if published is None or published.standstill_ends_on is None:
        return None
    return Length((published.standstill_ends_on - published.published_on + ONE_DAY).days, Unit.CALENDAR_DAYS)


def find_last_further_decision_day(snapshot: CaseSnapshot, _: date) -> date | None:
    return max((each.communicated_on for each, _ in snapshot.list_payloads(FurtherDecision)), default=None)


def _is_under_selection(snapshot: CaseSnapshot) -> bool:
    return (find_track(snapshot) or "").startswith("provider-selection-regime")


def _make_standstill(
    name: str,
    description: str,
    counts_from: Callable[[CaseSnapshot, date], date | None],
    calendar: CalendarName,
    started_by: tuple[str, ...] = (),
) -> CaseClock:
    length, source = read_time(TIMES[name])
    return CaseClock(
        name=name,
        description=description,
        runs_in=frozenset({Status.STANDSTILL}),
        length=length,
        basis=Basis.STATUTE,
        source=source,
        calendar=calendar,
        window=True,
        started_by=started_by,
        ended_by=started_by,
        counts_from=counts_from,
    )


def _find_day_before_award(tracks: frozenset[str], snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before the contract was entered into, the first of the days; None under another regime."""
    entered = snapshot.find(Award)
    return entered.entered_into_on - ONE_DAY if entered and find_track(snapshot) in tracks else None


def find_day_of_contract(snapshot: CaseSnapshot) -> date | None:
    entered = snapshot.find(Award)
    return entered.entered_into_on if entered else None


def find_contract_notice_day(kind: NoticeKind, snapshot: CaseSnapshot) -> date | None:
    """Return when a notice of the contract was given; one from before it is of something else."""
    given, entered_on = find_notice(snapshot, kind), find_day_of_contract(snapshot)
    return given.given_on if given and entered_on and given.given_on >= entered_on else None


_find_details_notice_day = partial(find_contract_notice_day, NoticeKind.UK7)


def _has_details_notice(snapshot: CaseSnapshot) -> bool:
    return _find_details_notice_day(snapshot) is not None


def _make_details_clock(name: str, tracks: frozenset[str]) -> CaseClock:
    length, source = read_time(TIMES[name])
    return CaseClock(
        name=name,
        description="Publish the contract details notice",
        runs_in=UNTIL_THE_LAUNCH | {Status.LAUNCHED},
        length=length,
        basis=Basis.STATUTE,
        source=source,
        met_by=("record-notice",),
        met_when=_has_details_notice,
        met_as_of=_find_details_notice_day,
        ended_by=CASE_ENDS,
        reminders=(7,),
        counts_from=partial(_find_day_before_award, tracks),
        skipped_when=partial(is_done_with, name, _find_details_notice_day),
    )


def _find_day_of_end(kind: NoticeKind, snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day of the decision to end the procurement, or the end of the standstill in which it was made; None
    where another notice is owed, or none.
    """
    ended = find_last_end(snapshot)
    if ended is None or find_notice_owed(snapshot) is not kind:
        return None
    return find_end_of_last_standstill(snapshot, ended.decided_on)


def has_notice(kind: NoticeKind, snapshot: CaseSnapshot) -> bool:
    return find_notice(snapshot, kind) is not None


def _find_notice_day(kind: NoticeKind, snapshot: CaseSnapshot) -> date | None:
    given = find_notice(snapshot, kind)
    return given.given_on if given else None


def _make_ending_clock(name: str, description: str, kind: NoticeKind, basis: Basis) -> CaseClock:
    length, source = read_time(TIMES[name])
    return CaseClock(
        name=name,
        description=description,
        runs_in=frozenset({Status.CONTRACT_ROUTE, Status.TENDER_LIVE, Status.STANDSTILL}) | UNTIL_THE_LAUNCH,
        length=length,
        basis=basis,
        source=source,
        started_by=("end-procurement",),
        met_by=("record-notice",),
        met_when=partial(has_notice, kind),
        met_as_of=partial(_find_notice_day, kind),
        reminders=(7,),
        counts_from=partial(_find_day_of_end, kind),
    )


STATED_STANDSTILL = CaseClock(
    name="stated-standstill",
    description="The contract award notice provides for a longer standstill, which binds like the shortest",
    runs_in=frozenset({Status.STANDSTILL}),
    length_of=measure_stated_standstill,
    basis=Basis.STATUTE,
    source="Procurement Act 2023 s.51(1)(b), (4): the end that the notice states",
    window=True,
    counts_from=find_day_before_stated_standstill,
)
CLOCKS = (
    _make_standstill(
        "standstill", "The award may be challenged before the contract is entered into: eight working days, the "
        "first of which is the day of the contract award notice", find_day_before_award_notice, CalendarName.ANY_UK,
    ),
    STATED_STANDSTILL,
    _make_standstill(
        "provider-selection-standstill", "Aggrieved providers may make representations: until the end of the 8th "
        "working day after the day on which the standstill begins, the day after the notice of intention",
        find_day_after_intention_notice, CalendarName.ENGLAND_AND_WALES,
    ),
    _make_standstill(
        "further-decision-standstill", "The contract waits five working days after the further decision",
        find_last_further_decision_day, CalendarName.ENGLAND_AND_WALES, ("record-further-decision",),
    ),
    _make_details_clock("contract-details-notice", frozenset({Regime.OPEN})),
    _make_details_clock("light-touch-contract-details-notice", frozenset({Regime.RESERVED, LIGHT_TOUCH})),
    _make_ending_clock(
        "abandonment-notice", "Submit the notice of abandonment: within 30 days of the decision, or of the end of the "
        "standstill in which it was made", NoticeKind.SELECTION_ABANDONMENT, Basis.STATUTE,
    ),
    _make_ending_clock(
        "procurement-termination-notice", "Give notice that no contract is awarded, as soon as reasonably practicable",
        NoticeKind.UK12, Basis.POLICY,
    ),
)  # fmt: skip
