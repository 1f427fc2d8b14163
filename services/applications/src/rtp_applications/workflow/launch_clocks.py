"""The clocks from the contract route to the launch, and of the monitoring after it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from rtp_applications.clocks.days import ONE_DAY, CalendarName, Length, Unit, latest_before
from rtp_applications.clocks.deadline import Basis
from rtp_applications.workflow.casefile import CaseFile
from rtp_applications.workflow.clocks import proposed
from rtp_applications.workflow.definition import Clock
from rtp_applications.workflow.settings import LIGHT_TOUCH, TIMES
from rtp_applications.workflow.settings import TRANSITION as TRANSITION_SETTINGS
from rtp_applications.workflow.stages import award, monitoring
from rtp_applications.workflow.stages.contract import Regime, track
from rtp_applications.workflow.stages.monitoring import CheckKind
from rtp_applications.workflow.stages.transition import EmployeeLiabilityInformation, GoLiveDate
from rtp_applications.workflow.timing import as_length
from rtp_applications.workflow.words import Status

TUPE_11 = "Transfer of Undertakings (Protection of Employment) Regulations 2006 (SI 2006/246) reg 11(6)"
UNTIL_THE_LAUNCH = frozenset({Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW})
DAY_SET = ("record-go-live-date", "put-back-launch")


def _as_set(name: str) -> tuple[Length, str]:
    """A length of `settings.TIMES`, and its source with how sure it is."""
    found = TIMES[name]
    return as_length(found.value), found.source if found.tag == "found" else f"{found.source} ({found.tag})"


def _standstill(
    name: str,
    says: str,
    counts_from: Callable[[CaseFile, date], date | None],
    started_by: tuple[str, ...] = (),
) -> Clock:
    length, source = _as_set(name)
    return Clock(
        name=name,
        says=says,
        runs_in=frozenset({Status.STANDSTILL}),
        length=length,
        basis=Basis.STATUTE,
        source=source,
        calendar=CalendarName.ANY_UK,
        window=True,
        started_by=started_by,
        ended_by=started_by,
        counts_from=counts_from,
    )


def _day_before_award(tracks: frozenset[str], file: CaseFile, _: date) -> date | None:
    """The day before the contract was entered into, which is the first of the days; None under another regime."""
    entered = file.last(award.Award)
    return entered.entered_into_on - ONE_DAY if entered and track(file) in tracks else None


def _details_published(file: CaseFile) -> bool:
    return award.notice(file, award.NoticeKind.UK7) is not None


def _contract_details(name: str, tracks: frozenset[str]) -> Clock:
    length, source = _as_set(name)
    return Clock(
        name=name,
        says="Publish the contract details notice",
        runs_in=UNTIL_THE_LAUNCH | {Status.LAUNCHED},
        length=length,
        basis=Basis.STATUTE,
        source=source,
        met_by=("record-notice",),
        met_when=_details_published,
        reminders=(7,),
        counts_from=partial(_day_before_award, tracks),
    )


PROCUREMENT_START = Clock(
    name="procurement-start",
    says="Begin the procurement before the longest time after acceptance that the authority published is over",
    runs_in=frozenset({Status.EOI_ACCEPTED}),
    rule="procurement-gap",
    basis=Basis.STATUTE,
    source="Localism Act 2011 s.83",
    reminders=(90, 30),
)
CONTRACT = (
    _standstill(
        "standstill", "The award may be challenged before the contract is entered into: eight working days, the "
        "first of which is the day of the contract award notice", award.day_before_award_notice,
    ),
    _standstill(
        "provider-selection-standstill", "Aggrieved providers may make representations: until the end of the 8th "
        "working day after the day on which the standstill begins, the day after the notice of intention",
        award.day_after_intention_notice,
    ),
    _standstill(
        "further-decision-standstill", "The contract waits five working days after the further decision",
        award.last_further_decision, ("record-further-decision",),
    ),
    _contract_details("contract-details-notice", frozenset({Regime.OPEN})),
    _contract_details("light-touch-contract-details-notice", frozenset({Regime.RESERVED, LIGHT_TOUCH})),
)  # fmt: skip


def day_before_go_live(file: CaseFile, _: date) -> date | None:
    go_live = file.last(GoLiveDate)
    return go_live.on - ONE_DAY if go_live else None


def day_before_liability_information(file: CaseFile, _: date) -> date | None:
    """The day before the last on which it may be given; None once it was given in time."""
    go_live, given = file.last(GoLiveDate), file.last(EmployeeLiabilityInformation)
    if go_live is None:
        return None
    notice = as_length(TRANSITION_SETTINGS["liability-information-notice"].value)
    latest = latest_before(go_live.on, notice, file.calendars[CalendarName.ENGLAND_AND_WALES])
    return None if given and given.given_on <= latest else latest - ONE_DAY


TRANSITION = (
    Clock(
        name="go-live",
        says="The staff transfer, and the mutual takes the service over",
        runs_in=UNTIL_THE_LAUNCH,
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.LOCAL_RULE,
        source="the go-live date on file",
        started_by=DAY_SET,
        ended_by=DAY_SET,
        window=True,
        reminders=(28, 7),
        counts_from=day_before_go_live,
    ),
    Clock(
        name="employee-liability-information",
        says="Give the mutual the employee liability information, at least 28 days before the transfer",
        runs_in=UNTIL_THE_LAUNCH,
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.STATUTE,
        source=TUPE_11,
        met_by=("record-employee-liability-information",),
        started_by=DAY_SET,
        ended_by=DAY_SET,
        reminders=(14, 3),
        counts_from=day_before_liability_information,
    ),
    proposed("readiness-review", "Decide whether to go live", 10, Status.READINESS_REVIEW, reminders=(3,)),
)


def _launched(file: CaseFile, _: date) -> date | None:
    return monitoring.launched_on(file)


def _after_launch(
    name: str,
    says: str,
    number: int,
    unit: Unit,
    met_by: str,
    *,
    counts_from: Callable[[CaseFile, date], date | None],
    recurs: bool = False,
    met_when: Callable[[CaseFile], bool] | None = None,
) -> Clock:
    clock = proposed(
        name, says, number, Status.LAUNCHED, unit=unit, fixed=True, met_by=(met_by,),
        started_by=("launch", met_by) if recurs else ("launch",), reminders=(7,), counts_from=counts_from,
    )  # fmt: skip
    return replace(clock, ended_by=("end-monitoring",), met_when=met_when)


def _check(days: int, kind: CheckKind) -> Clock:
    return _after_launch(
        f"check-after-{days}-days", f"Look at the mutual {days} days after its launch", days, Unit.CALENDAR_DAYS,
        "record-monitoring-check", counts_from=_launched, met_when=partial(monitoring.checked, kind),
    )  # fmt: skip


MONITORING = (
    _check(30, CheckKind.DAY_30),
    _check(90, CheckKind.DAY_90),
    _check(180, CheckKind.DAY_180),
    _after_launch(
        "quarterly-measures", "Record the measures of the quarter", 3, Unit.MONTHS, "record-measures",
        counts_from=partial(monitoring.quarter_begins, _as_set("first-checks-end")[0]), recurs=True,
    ),
    _after_launch(
        "annual-return", "Make the annual return", 12, Unit.MONTHS, "record-annual-return",
        counts_from=monitoring.year_begins, recurs=True,
    ),
    Clock(
        name="retender-risk",
        says="The contract ends soon: it may be tendered again",
        runs_in=frozenset({Status.LAUNCHED}),
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.POLICY,
        source=_as_set("retender-alert")[1],
        started_by=("record-contract-end",),
        ended_by=("record-contract-end", "end-monitoring"),
        window=True,
        reminders=(0,),
        counts_from=partial(monitoring.day_before_retender_risk, _as_set("retender-alert")[0]),
    ),
)  # fmt: skip
