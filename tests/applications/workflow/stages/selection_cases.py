"""Cases and payloads for the tests of the Provider Selection Regime's steps."""

from datetime import date, datetime, timedelta
from typing import Any

from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.contract.payloads import SelectionRoute
from rtp_applications.workflow.stages.selection import payloads
from tests.applications.workflow.ground import NOW
from tests.applications.workflow.stages.contract_cases import CONSIDERED, TODAY, on, selection, terms

FORTNIGHT = TODAY - timedelta(days=14)
EARLIER = NOW - timedelta(days=20)


def criteria(
    determined_on: date = TODAY, weighed: tuple[str, ...] = tuple(payloads.KeyCriterion)
) -> payloads.KeyCriteria:
    return payloads.KeyCriteria.model_validate(
        {
            "criteria": [{"criterion": each, "importance": "20 of 100"} for each in weighed],
            "basicSelectionCriteria": "Registered with the regulator, and solvent.",
            "determinedOn": determined_on,
        }
    )


def choice(decided_on: date = TODAY, **more: Any) -> payloads.ProviderChoice:
    accounted = [{"criterion": each, "account": "Scored by three people."} for each in payloads.KeyCriterion]
    return payloads.ProviderChoice.model_validate(
        {
            "accounts": accounted,
            "meetsBasicSelectionCriteria": True,
            "basicSelectionAssessment": "Certificates were seen.",
            "exclusion": "neither",
            "decidedOn": decided_on,
            **more,
        }
    )


def process_notice(submitted_on: date = TODAY) -> payloads.ProcessNotice:
    return payloads.ProcessNotice.model_validate(
        {"noticeId": "2026/S 000-MSP", "submittedOn": submitted_on, "publishedOn": submitted_on}
    )


def under(
    route: SelectionRoute, *records: Payload, status: Status = Status.CONTRACT_ROUTE, now: datetime = NOW
) -> CaseSnapshot:
    """A case under this process of the regime, determined on the day of `now`."""
    determined = selection(route).model_copy(update={"determined_on": now.date()})
    considered = CONSIDERED.model_copy(update={"considered_on": now.date()})
    return on(status, determined, terms(), considered, *records, now=now)
