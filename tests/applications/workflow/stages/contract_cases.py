"""Cases and payloads for the tests of contract."""

from datetime import date, datetime, timedelta
from typing import Any

from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award.payloads import Award, Notice, NoticeKind
from rtp_applications.workflow.stages.contract.payloads import (
    ContractTerms,
    Regime,
    RegimeDetermination,
    SelectionRoute,
)
from tests.applications.workflow.ground import NOW, case_file, person, put

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
COMMISSIONING = (person(Role.COMMISSIONER),)
BASIS = "Procurement Act 2023 s.9 and Schedule 1 of the Procurement Regulations 2024."


def determination(regime: Regime, **changes: Any) -> RegimeDetermination:
    found = {"regime": regime, "relevantHealthCareService": False, "legalBasis": BASIS, "determinedOn": TODAY}
    return RegimeDetermination.model_validate({**found, **changes})


def selection(route: SelectionRoute) -> RegimeDetermination:
    return determination(Regime.PROVIDER_SELECTION, selectionRoute=route, relevantHealthCareService=True)


def terms(term: int = 36, extension: int = 24) -> ContractTerms:
    value = {"netPence": 300_000_000, "grossPence": 360_000_000}
    return ContractTerms.model_validate({**value, "termMonths": term, "extensionMonths": extension})


def notice(kind: NoticeKind, published_on: date = TODAY) -> Notice:
    return Notice.model_validate({"kind": kind, "noticeId": f"2026/S 000-{kind}", "publishedOn": published_on})


def on(status: Status, *records: Payload, process: Process = RIGHT_TO_PROVIDE, now: datetime = NOW) -> CaseSnapshot:
    snapshot = case_file(status, process=process, now=now)
    for record in records:
        snapshot = put(snapshot, record, role=Role.COMMISSIONER)
    return snapshot


LIGHT = determination(Regime.OPEN, lightTouch=True)
OPEN = determination(Regime.OPEN)
TENDER, AWARD_NOTICE = notice(NoticeKind.UK4), notice(NoticeKind.UK6)
AWARD = Award.model_validate({"enteredIntoOn": TODAY})
