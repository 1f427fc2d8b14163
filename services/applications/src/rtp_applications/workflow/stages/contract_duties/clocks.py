"""Clocks of what is owed once a contract is entered into: notices of it and of its modifications, and copies of it."""

from collections.abc import Callable
from datetime import date
from functools import partial

from rtp_applications.deadlines.rules.days import ONE_DAY
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import CASE_ENDS, is_done_with, read_time
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import UNTIL_THE_LAUNCH, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.clocks import find_contract_notice_day, find_day_of_contract
from rtp_applications.workflow.stages.award.indicators import PerformanceIndicators
from rtp_applications.workflow.stages.award.payloads import NoticeKind
from rtp_applications.workflow.stages.contract.amounts import exceeds_amount, is_notifiable_below_threshold
from rtp_applications.workflow.stages.contract.payloads import Regime
from rtp_applications.workflow.stages.contract.tracks import LIGHT_TOUCH, find_track
from rtp_applications.workflow.stages.contract_duties.facts import (
    find_modification_without_notice,
    pair_with_notices,
)
from rtp_applications.workflow.stages.contract_duties.payloads import ContractPublication, PublishedPart
from rtp_applications.workflow.stages.contract_duties.settings import TIMES

Find = Callable[[CaseSnapshot], date | None]


def _find_publication_day(part: PublishedPart, snapshot: CaseSnapshot) -> date | None:
    """Return when this part of the contract was published; from before the contract, it was of another."""
    found, entered_on = snapshot.find(ContractPublication, part), find_day_of_contract(snapshot)
    return found.published_on if found and entered_on and found.published_on >= entered_on else None


def _find_selection_contract(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day of the contract, after which the days count; None if it is of another regime."""
    selected = (find_track(snapshot) or "").startswith(Regime.PROVIDER_SELECTION)
    return find_day_of_contract(snapshot) if selected else None


def _find_day_before_large_contract(tracks: frozenset[str], snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before a contract of more than £5 million, whose day is the first; None of any other."""
    entered_on = find_day_of_contract(snapshot)
    if entered_on is None or find_track(snapshot) not in tracks:
        return None
    return entered_on - ONE_DAY if exceeds_amount(snapshot, "contract-copy", entered_on) else None


def _find_contract_with_indicators(snapshot: CaseSnapshot, _: date) -> date | None:
    found = snapshot.find(PerformanceIndicators)
    return find_day_of_contract(snapshot) if found and found.indicators else None


def _find_contract_below_threshold(snapshot: CaseSnapshot, _: date) -> date | None:
    entered_on = find_day_of_contract(snapshot)
    if entered_on is None or find_track(snapshot) != Regime.BELOW_THRESHOLD:
        return None
    return entered_on if is_notifiable_below_threshold(snapshot, entered_on) else None


def _find_modification(snapshot: CaseSnapshot, _: date) -> date | None:
    found = find_modification_without_notice(snapshot)
    return found.modified_on if found else None


def _is_noticed(snapshot: CaseSnapshot) -> bool:
    """Tell whether the modification that the deadline counts from has its notice: the next one counts by itself."""
    left, counted = find_modification_without_notice(snapshot), snapshot.find_deadline("modification-notice")
    return left is None or (counted is not None and left.modified_on > counted.started_on)


def _find_modification_s_notice_day(snapshot: CaseSnapshot) -> date | None:
    """Return when the notice was given of the modification that the deadline counts from."""
    counted = snapshot.find_deadline("modification-notice")
    found = [day for each, day in pair_with_notices(snapshot) if counted and each.modified_on == counted.started_on]
    return max((day for day in found if day), default=None)


def _is_done(find: Find, snapshot: CaseSnapshot) -> bool:
    return find(snapshot) is not None


def _make_clock(
    name: str,
    description: str,
    counts_from: Callable[[CaseSnapshot, date], date | None],
    met_by: str,
    done_on: Find,
    *,
    started_by: tuple[str, ...] = (),
    met_when: Callable[[CaseSnapshot], bool] | None = None,
    many: bool = False,
) -> CaseClock:
    """Make a clock of what is owed once of a contract; or, of many things, each time that one of them is on file."""
    length, source = read_time(TIMES[name])
    return CaseClock(
        name=name,
        description=description,
        runs_in=UNTIL_THE_LAUNCH | {Status.LAUNCHED},
        length=length,
        basis=Basis.STATUTE if TIMES[name].tag == "found" else Basis.POLICY,
        source=source,
        met_by=(met_by,),
        met_when=met_when or partial(_is_done, done_on),
        met_as_of=done_on,
        ended_by=CASE_ENDS,
        started_by=started_by,
        reminders=(7,),
        counts_from=counts_from,
        skipped_when=None if many else partial(is_done_with, name, done_on),
    )


CLOCKS = (
    _make_clock(
        "provider-selection-award-notice", "Submit the notice of the award: within 30 days of the contract",
        _find_selection_contract, "record-notice", partial(find_contract_notice_day, NoticeKind.SELECTION_AWARD),
    ),
    _make_clock(
        "modification-notice", "Submit the notice of the modification: within 30 days of it", _find_modification,
        "record-notice", _find_modification_s_notice_day, started_by=("record-modification", "record-notice"),
        met_when=_is_noticed, many=True,
    ),
    _make_clock(
        "contract-copy", "Publish a copy of the contract, which is worth more than £5 million",
        partial(_find_day_before_large_contract, frozenset({Regime.OPEN})), "record-contract-publication",
        partial(_find_publication_day, PublishedPart.COPY),
    ),
    _make_clock(
        "light-touch-contract-copy", "Publish a copy of the light touch contract, which is worth more than £5 million",
        partial(_find_day_before_large_contract, frozenset({Regime.RESERVED, LIGHT_TOUCH})),
        "record-contract-publication", partial(_find_publication_day, PublishedPart.COPY),
    ),
    _make_clock(
        "performance-indicators-publication", "Publish the key performance indicators of the contract",
        _find_contract_with_indicators, "record-contract-publication",
        partial(_find_publication_day, PublishedPart.INDICATORS),
    ),
    _make_clock(
        "below-threshold-details-notice", "Publish the contract details notice of a contract below threshold, as soon "
        "as reasonably practicable", _find_contract_below_threshold, "record-notice",
        partial(find_contract_notice_day, NoticeKind.UK7),
    ),
)  # fmt: skip
