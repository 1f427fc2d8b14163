"""Events of a case as applications tells them, and its needs as they stand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from rtp_advice_matching.needs.models import SupportNeed
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.contracts import EventData
from rtp_shared.contracts.applications import (
    BarrierClosed,
    BarrierRaised,
    CaseApproved,
    CaseMoved,
    CaseSubmitted,
    CaseWithdrawn,
)
from rtp_shared.identities import SYSTEM
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import Tell, submitted
from tests.advice_matching.engagements.conftest import new_pair as new_pair
from tests.advice_matching.requests import SUPPORT
from tests.conftest import Api

APPLICANT, EMPLOYER, OFFICER = "client:applicant", "org:employer", "client:officer"
READERS = (APPLICANT, *SYSTEM, EMPLOYER, OFFICER)
RESISTANCE = "management-resistance"
AT = "2026-12-01T09:00:00Z"
Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One event of a case, with its place in the case's chain."""

    data: EventData
    sequence: int
    readers: Sequence[str] = READERS


class Teller:
    """Makes the events of one case."""

    def __init__(self, **facts: Any) -> None:
        self.case: CaseSubmitted = submitted(**facts)

    def submit(self, sequence: int = 1) -> Told:
        return Told(self.case, sequence)

    def move(self, status: str, sequence: int, kind: type[CaseMoved] = CaseApproved) -> Told:
        return Told(
            kind(
                case_id=self.case.case_id,
                number=self.case.number,
                route=self.case.route,
                action="act",
                status_before="eoi-submitted",
                status=status,
                role="case-officer",
                at=AT,
            ),
            sequence,
        )

    def withdraw(self, sequence: int, *, from_status: str = "eoi-submitted") -> Told:
        facts = {"case_id": self.case.case_id, "number": self.case.number}
        return Told(CaseWithdrawn(**facts, withdrawn_from=from_status, withdrawn_at=AT), sequence)

    def raise_barrier(
        self,
        barrier: uuid.UUID,
        sequence: int,
        *,
        kind: str = "management-resistance",
        readers: Sequence[str] = READERS,
    ) -> Told:
        facts = {"case_id": self.case.case_id, "number": self.case.number}
        return Told(BarrierRaised(**facts, barrier_id=barrier, kind=kind, at=AT), sequence, readers)

    def close_barrier(
        self,
        barrier: uuid.UUID,
        sequence: int,
        *,
        kind: str = "management-resistance",
        readers: Sequence[str] = READERS,
    ) -> Told:
        facts = {"case_id": self.case.case_id, "number": self.case.number}
        return Told(BarrierClosed(**facts, barrier_id=barrier, kind=kind, state="removed", at=AT), sequence, readers)


async def tell_all(tell: Tell, every: Sequence[Told]) -> None:
    for told in every:
        await tell(told.data, told.readers, sequence=told.sequence)


async def read_plan(advice: Runtime, case_id: uuid.UUID) -> tuple[SupportRequest | None, dict[str, SupportNeed]]:
    """The request of a case and its needs by their keys, as the system sees them."""
    async with advice.database.transaction(read_only=True) as session:
        request = await session.scalar(select(SupportRequest).where(SupportRequest.case_id == case_id))
        query = select(SupportNeed).join(SupportRequest, SupportRequest.id == SupportNeed.request_id)
        found = (await session.scalars(query.where(SupportRequest.case_id == case_id).order_by(SupportNeed.id))).all()
    return request, {need.key: need for need in found}


async def add(api: Api, request: Json, **body: Any) -> Any:
    return await api.post(f"{SUPPORT}/{request['id']}/needs", json=body)


async def move(tell: Tell, request: Json, status: str, api: Api, *, sequence: int) -> None:
    """Let the case of a request come to a status, as far as this service hears."""
    case = CaseApproved(
        case_id=uuid.UUID(request["caseId"]),
        number=request["number"],
        route=request["route"],
        action="act",
        status_before="panel-ready",
        status=status,
        role="decision-maker",
        at=AT,
    )
    await tell(case, [f"client:{api.client_id}", "system"], sequence=sequence)


async def find(api: Api, request: Json, topic: str, kind: str = "adviser", **params: Any) -> Json:
    found = [each for each in await list_needs(api, request, **params) if each["topic"] == topic]
    [need] = [each for each in found if each["kindSought"] == kind]
    return need


async def list_needs(api: Api, request: Json, **params: Any) -> list[Json]:
    answer = await api.get(f"/v1/support-requests/{request['id']}/needs", params=params)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def change(api: Api, need: Json, **said: Any) -> Any:
    path = f"/v1/support-requests/{need['supportRequestId']}/needs/{need['id']}"
    return await api.patch(path, json=said, headers={"If-Match": f'"{need["version"]}"'})


async def changed(api: Api, need: Json, **said: Any) -> Json:
    answer = await change(api, need, **said)
    assert answer.status_code == 200, answer.text
    now: Json = answer.json()
    assert answer.headers["etag"] == f'"{now["version"]}"'
    return now
