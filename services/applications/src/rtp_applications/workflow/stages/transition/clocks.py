"""Clocks of the day of going live, and of informing and consulting the staff before it."""

from dataclasses import replace
from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY, CalendarName, Length, Unit, latest_before
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.common.clocks import for_the_body, propose_clock
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import UNTIL_THE_LAUNCH
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.transition.disputes import list_unanswered_disputes
from rtp_applications.workflow.stages.transition.payloads import GoLiveDate
from rtp_applications.workflow.stages.transition.settings import SETTINGS
from rtp_applications.workflow.stages.transition.transfer import (
    LiabilityInformation,
    TransferConsultation,
    is_consultation_complete,
)

TUPE_11 = (
    "Transfer of Undertakings (Protection of Employment) Regulations 2006 (SI 2006/246) reg 11(6), as amended by "
    "SI 2014/16 reg 10; in special circumstances as soon as reasonably practicable after"
)
PUT_ON_FILE = ("record-tupe-consultation", "record-measures-letter", "record-representatives-election")
"""Actions after which the consultation may be on file as a whole: the mutual's letter says whether one is owed, and an
election whether there was anybody to consult.
"""
DAY_SET = ("record-go-live-date", "put-back-launch", "record-transfer-day")


def find_day_before_go_live(snapshot: CaseSnapshot, _: date) -> date | None:
    go_live = snapshot.find(GoLiveDate)
    return go_live.on - ONE_DAY if go_live else None


def find_liability_information_day(snapshot: CaseSnapshot) -> date | None:
    given = snapshot.find(LiabilityInformation)
    return given.given_on if given else None


def day_before_liability_information(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before the last on which it may be given, or None once it was given in time."""
    latest = _find_latest(snapshot, SETTINGS["liability-information-notice"].value)
    given = find_liability_information_day(snapshot)
    return None if latest is None or (given and given <= latest) else latest - ONE_DAY


def find_day_informed(snapshot: CaseSnapshot) -> date | None:
    consultation = snapshot.find(TransferConsultation)
    return consultation.informed_on if consultation else None


def are_representatives_informed(snapshot: CaseSnapshot) -> bool:
    return find_day_informed(snapshot) is not None


def day_before_information(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before the last on which representatives are informed in time for a consultation of the usual
    length, or None once they were.
    """
    own = snapshot.get_rule("transfer-consultation")
    latest = _find_latest(snapshot, own or SETTINGS["transfer-consultation"].value)
    informed = find_day_informed(snapshot)
    return None if latest is None or (informed and informed <= latest) else latest - ONE_DAY


def _find_latest(snapshot: CaseSnapshot, length: dict[str, object]) -> date | None:
    go_live = snapshot.find(GoLiveDate)
    if go_live is None:
        return None
    return latest_before(go_live.on, parse_length(length), snapshot.calendars[CalendarName.ENGLAND_AND_WALES])


def find_day_of_a_whole_consultation(snapshot: CaseSnapshot, today: date) -> date | None:
    """Return today if the consultation is on file as a whole, so that it can be disputed as a whole."""
    return today if is_consultation_complete(snapshot) else None


def is_every_dispute_answered(snapshot: CaseSnapshot) -> bool:
    return not list_unanswered_disputes(snapshot)


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
    CaseClock(
        name="transfer-information",
        description="Inform the staff's representatives, long enough before the transfer to consult them",
        runs_in=UNTIL_THE_LAUNCH,
        length=Length(1, Unit.CALENDAR_DAYS),
        basis=Basis.POLICY,
        source="TUPE (SI 2006/246) reg 13(2) asks for it and gives no number of days: the setting "
        "transfer-consultation, proposed 2026-11, or the body's own rule",
        met_by=("record-tupe-consultation",),
        met_when=are_representatives_informed,
        met_as_of=find_day_informed,
        started_by=DAY_SET,
        ended_by=DAY_SET,
        reminders=(7,),
        counts_from=day_before_information,
    ),
    replace(
        propose_clock(
            "consultation-dispute-window", "Representatives of the staff may look at the consultation on file, and "
            "dispute it, before anything is built on it", 5, *UNTIL_THE_LAUNCH, fixed=True, window=True,
            started_by=PUT_ON_FILE, counts_from=find_day_of_a_whole_consultation,
        ),
        ended_by=PUT_ON_FILE,
    ),
    replace(
        propose_clock(
            "consultation-dispute-answer", "Answer the dispute of the consultation", 5, *UNTIL_THE_LAUNCH, fixed=True,
            met_by=("answer-consultation-dispute",), started_by=("dispute-consultation",), reminders=(1,),
            extendable=for_the_body(10),
        ),
        met_when=is_every_dispute_answered,
    ),
)  # fmt: skip
