"""Clocks of the day of going live."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY, CalendarName, Length, Unit, latest_before
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import UNTIL_THE_LAUNCH
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.transition.payloads import EmployeeLiabilityInformation, GoLiveDate
from rtp_applications.workflow.stages.transition.settings import SETTINGS

TUPE_11 = "Transfer of Undertakings (Protection of Employment) Regulations 2006 (SI 2006/246) reg 11(6)"
DAY_SET = ("record-go-live-date", "put-back-launch")


def find_day_before_go_live(snapshot: CaseSnapshot, _: date) -> date | None:
    go_live = snapshot.find(GoLiveDate)
    return go_live.on - ONE_DAY if go_live else None


def find_liability_information_day(snapshot: CaseSnapshot) -> date | None:
    given = snapshot.find(EmployeeLiabilityInformation)
    return given.given_on if given else None


def day_before_liability_information(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before the last on which it may be given, or None once it was given in time."""
    go_live, payload = snapshot.find(GoLiveDate), snapshot.find(EmployeeLiabilityInformation)
    if go_live is None:
        return None
    notice = parse_length(SETTINGS["liability-information-notice"].value)
    latest = latest_before(go_live.on, notice, snapshot.calendars[CalendarName.ENGLAND_AND_WALES])
    return None if payload and payload.given_on <= latest else latest - ONE_DAY


CLOCKS = (
    CaseClock(
        name="go-live",
        description="The staff transfer, and the mutual takes the service over",
        runs_in=UNTIL_THE_LAUNCH,
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.LOCAL_RULE,
        source="the go-live date on file",
        started_by=DAY_SET,
        ended_by=DAY_SET,
        window=True,
        reminders=(28, 7),
        counts_from=find_day_before_go_live,
    ),
    CaseClock(
        name="employee-liability-information",
        description="Give the mutual the employee liability information, at least 28 days before the transfer",
        runs_in=UNTIL_THE_LAUNCH,
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.STATUTE,
        source=TUPE_11,
        met_by=("record-employee-liability-information",),
        met_as_of=find_liability_information_day,
        started_by=DAY_SET,
        ended_by=DAY_SET,
        reminders=(14, 3),
        counts_from=day_before_liability_information,
    ),
)
