"""Clocks from the submission to the end of screening."""

from dataclasses import replace
from datetime import date

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import for_the_body, for_the_group, propose_clock
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.interest.clocks import find_day_before_notice_period
from rtp_applications.workflow.stages.reorganisation.doubt import GIVEN_UP, find_doubt
from rtp_applications.workflow.stages.screening.payloads import Acknowledgement, DecisionDate


def find_receipt_day(snapshot: CaseSnapshot) -> date | None:
    sent = snapshot.find(Acknowledgement)
    return sent.sent_on if sent else None


def find_decision_date_notice_day(snapshot: CaseSnapshot) -> date | None:
    notice = snapshot.find(DecisionDate)
    return notice.notified_on if notice else None


ASKED = frozenset({Status.INFORMATION_REQUESTED})
ACKNOWLEDGEMENT = propose_clock(
    "acknowledgement", "Send the receipt", 5, Status.EOI_SUBMITTED, met_by=("acknowledge",),
    met_as_of=find_receipt_day,
)  # fmt: skip
SCREENING = propose_clock(
    "screening", "Check eligibility and completeness", 10,
    Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, pauses_in=ASKED,
    extendable=for_the_body(10),
)  # fmt: skip
INFORMATION_REPLY = propose_clock(
    "information-reply", "Answer the request for information", 15, Status.INFORMATION_REQUESTED,
    reminders=(3,), on_end="close-information-request", extendable=for_the_group(15),
)  # fmt: skip
CLOCKS = (ACKNOWLEDGEMENT, SCREENING, INFORMATION_REPLY)
DECISION_DATE_NOTICE = propose_clock(
    "decision-date-notice", "Tell the applicants when a decision is expected, as soon as a challenge would be told", 30,
    Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, unit=Unit.CALENDAR_DAYS, fixed=True,
    met_by=("notify-decision-date",), met_as_of=find_decision_date_notice_day, reminders=(7,),
)  # fmt: skip
"""Of Right to Provide: a policy, where the Community Right to Challenge has it by statute."""
SCREENING_OF_A_CHALLENGE = replace(SCREENING, pauses_in=frozenset())
UNTIL_TOLD = frozenset(
    {Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, Status.EOI_UNDER_REVIEW}
)
"""Under review too: a reorganisation may begin the time anew there."""
DECISION_DATE_NOTICE_OF_A_CHALLENGE = CaseClock(
    name="decision-date-notice",
    description="Tell the applicants when a decision is expected: within 30 days, of which the day of receipt is the "
    "first, or which begin when the period ends in which it was received",
    runs_in=UNTIL_TOLD,
    length=Length(30, Unit.CALENDAR_DAYS),
    basis=Basis.STATUTE,
    source="Localism Act 2011 s.84(6), (7)",
    once=True,
    unsettled_when=find_doubt,
    ended_by=GIVEN_UP,
    yields_to="remitted-decision",
    met_by=("notify-decision-date",),
    met_as_of=find_decision_date_notice_day,
    reminders=(7,),
    counts_from=find_day_before_notice_period,
)
CLOCKS_OF_A_CHALLENGE = (ACKNOWLEDGEMENT, SCREENING_OF_A_CHALLENGE, INFORMATION_REPLY)
