"""Shorthand for what tests do with support requests."""

import uuid
from typing import Any

import httpx
from sqlalchemy import select, text

from rtp_advice_matching.directory.models import Adviser
from rtp_embedded.platform import Platform
from rtp_shared.contracts import events
from rtp_shared.service import Runtime
from tests.conftest import Api
from tests.support.cases import open_case, submit_case

SUPPORT = "/v1/support-requests"


async def request_of(platform: Platform, api: Api, **details: Any) -> dict[str, Any]:
    """Submit a case and read its support request."""
    case = await submit_case(api, await open_case(api, **details))
    await platform.drain_events()
    page = (await api.get(SUPPORT, params={"caseId": case["id"]})).json()
    assert len(page["items"]) == 1
    return await read(api, page["items"][0]["id"])


async def read(api: Api, request_id: str) -> dict[str, Any]:
    answer = await api.get(f"{SUPPORT}/{request_id}")
    assert answer.status_code == 200, answer.text
    request: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == f'"{request["version"]}"'
    return request


async def accept(api: Api, request: dict[str, Any], adviser: Any, **headers: str) -> httpx.Response:
    return await api.post(
        f"{SUPPORT}/{request['id']}/actions/accept",
        json={"adviserId": str(adviser)},
        headers={"If-Match": f'"{request["version"]}"', **headers},
    )


async def withdraw(api: Api, case_id: str) -> None:
    case = await api.get(f"/v1/cases/{case_id}")
    payload, headers = {"membersInFavour": case.json()["applicantCount"]}, {"If-Match": case.headers["etag"]}
    answer = await api.post(f"/v1/cases/{case_id}/actions/withdraw", json=payload, headers=headers)
    assert answer.status_code == 200, answer.text


async def engaged(advice: Runtime, adviser: uuid.UUID) -> int | None:
    async with advice.database.transaction(read_only=True) as session:
        return await session.scalar(select(Adviser.engaged).where(Adviser.id == adviser))


async def published(advice: Runtime, case_id: str) -> list[tuple[events.Envelope, list[str]]]:
    """What advice-matching published about a case or a support request, with the readers of each event."""
    query = text("SELECT body, readers FROM outbox WHERE case_id = :id ORDER BY position")
    async with advice.database.transaction(read_only=True) as session:
        rows = (await session.execute(query, {"id": uuid.UUID(case_id)})).all()
    return [(events.read(body), readers) for body, readers in rows]
