"""Cases and payloads for the tests of contract."""

from datetime import date, datetime, timedelta
from typing import Any

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award.payloads import Award, Notice, NoticeKind
from rtp_applications.workflow.stages.contract import payloads
from rtp_applications.workflow.stages.contract.facts import ProcurementRecord
from rtp_applications.workflow.stages.social_value.payloads import SocialValueConsideration
from tests.applications.workflow.ground import NOW, build_snapshot, person, put

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
COMMISSIONING = (person(Role.COMMISSIONER),)
BASIS = "Procurement Act 2023 s.9 and Schedule 1 of the Procurement Regulations 2024."


def determination(regime: payloads.Regime, **changes: Any) -> payloads.RegimeDetermination:
    found = {"regime": regime, "relevantHealthCareService": False, "legalBasis": BASIS, "determinedOn": TODAY}
    return payloads.RegimeDetermination.model_validate({**found, **changes})


def selection(route: payloads.SelectionRoute) -> payloads.RegimeDetermination:
    return determination(payloads.Regime.PROVIDER_SELECTION, selectionRoute=route, relevantHealthCareService=True)


def terms(term: int = 36, extension: int = 24, gross_pence: int = 360_000_000) -> payloads.ContractTerms:
    value = {"netPence": min(300_000_000, gross_pence), "grossPence": gross_pence}
    return payloads.ContractTerms.model_validate({**value, "termMonths": term, "extensionMonths": extension})


def procurement(**facts: Any) -> ProcurementRecord:
    return ProcurementRecord.model_validate(facts)


def notice(kind: NoticeKind, published_on: date = TODAY) -> Notice:
    return Notice.model_validate({"kind": kind, "noticeId": f"2026/S 000-{kind}", "publishedOn": published_on})


def on(status: Status, *records: Payload, process: Process = RIGHT_TO_PROVIDE, now: datetime = NOW) -> CaseSnapshot:
    snapshot = build_snapshot(status, process=process, now=now)
    for record in records:
        snapshot = put(snapshot, record, role=Role.COMMISSIONER)
    return snapshot


LIGHT = determination(payloads.Regime.OPEN, lightTouch=True)
OPEN = determination(payloads.Regime.OPEN)
TENDER, AWARD_NOTICE = notice(NoticeKind.UK4), notice(NoticeKind.UK6)
CONSIDERED = SocialValueConsideration.model_validate(
    {
        "wellBeing": "Apprentices from the estate, and less driving.",
        "inTheProcurement": "A tenth of the marks.",
        "consultation": "Not by itself: readers were asked last year.",
        "consideredOn": TODAY,
    }
)
AWARD = Award.model_validate({"enteredIntoOn": TODAY})
