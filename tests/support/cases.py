"""Shorthand for what tests do with cases."""

import uuid
from typing import Any

import httpx

from rtp_applications.bodies.models import body_id

EMPLOYER = "GB-LAE-CMD"
TRUST = "GB-NHS-RRV"

READY = {
    "employer": EMPLOYER,
    "serviceName": "Learning disability day service",
    "sector": "adult-social-care",
    "applicantCount": 12,
    "headcount": 60,
    "legalForm": "cic-limited-by-guarantee",
    "annualValuePence": 240_000_000,
    "financeSoughtPence": 10_000_000,
    "financePurposes": ["working-capital"],
    "supportNeeds": ["legal", "financial"],
    "conflictsDeclared": True,
}

PAST = {
    "employer": EMPLOYER,
    "serviceName": "Dental services, Kent",
    "sector": "primary-care",
    "openedOn": "2011-05-01",
    "status": "refused",
    "endedOn": "2011-08-31",
    "outcome": "Unsuccessful; the group planned to submit it again.",
    "source": "Health Service Journal, 2011",
}
"""A case under the Right to Request."""

CHALLENGE_CONTENT = {
    "finances": "Own funds, and a loan that is offered",
    "capability": "The staff who deliver it today",
    "service": "The day service, all of it",
    "area": "The whole of the county",
    "outcomes": "More days open",
    "socialValue": "Carers get rest",
    "economicValue": "Local jobs stay",
    "environmentalValue": "Shorter ways",
    "userNeeds": "Users were asked",
    "employeeEngagement": "A meeting each month for all who are affected",
    "forANamedPerson": False,
}


def employer_id() -> uuid.UUID:
    return body_id(EMPLOYER)


async def open_case(api: httpx.AsyncClient, **details: Any) -> dict[str, Any]:
    """Open a draft that could be submitted; details replace what it says, None leaves it out."""
    body = {key: value for key, value in {**READY, **details}.items() if value is not None}
    answer = await api.post("/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    return case


async def submit_case(api: httpx.AsyncClient, case: dict[str, Any]) -> dict[str, Any]:
    """Submit it; a challenge is described first."""
    path = f"/v1/cases/{case['id']}/actions"
    if case["route"] == "community-right-to-challenge":
        described = await api.post(f"{path}/describe-interest", json=CHALLENGE_CONTENT, headers={"If-Match": "*"})
        assert described.status_code == 200, described.text
        case = described.json()
    answer = await api.post(f"{path}/submit", headers={"If-Match": f'"{case["version"]}"'})
    assert answer.status_code == 200, answer.text
    submitted: dict[str, Any] = answer.json()
    return submitted


async def record_historic_case(api: httpx.AsyncClient, **details: Any) -> dict[str, Any]:
    """Write down a case of the past; details replace what it says."""
    answer = await api.post("/v1/historic-cases", json={**PAST, **details})
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    return case
