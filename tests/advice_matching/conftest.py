"""Advisers of a test's own, and events as if applications had published them."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import insert, update

from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_embedded.platform import Platform
from rtp_shared.bus import Message
from rtp_shared.contracts import EventData, events
from rtp_shared.contracts.applications import CaseSubmitted, PartyChanged
from rtp_shared.run import build_consumer
from rtp_shared.service import Runtime
from tests.support.tables import open_as


@pytest.fixture
def advice(platform: Platform) -> Runtime:
    return platform.background["advice-matching"]


NewAdviser = Callable[..., Awaitable[Adviser]]


@pytest.fixture
async def new_adviser(advice: Runtime) -> AsyncIterator[NewAdviser]:
    """Makes advisers who fit the cases of `tests.support.cases` better than any example; they leave with the test."""
    ids: list[uuid.UUID] = []

    async def make(**facts: Any) -> Adviser:
        fitting = {
            "id": uuid.uuid4(),
            "name": f"Test adviser {uuid.uuid4()}",
            "kind": AdviserKind.ADVISER,
            "network_id": uuid.uuid4(),
            "network_name": "Test network",
            "is_example": False,
            "active": True,
            "sectors": ["adult-social-care"],
            "regions": ["E12000007"],
            "remote": True,
            "topics": ["legal", "financial"],
            "stages": ["make-the-case"],
            "legal_forms": ["cic-limited-by-guarantee"],
            "capacity": 3,
            "engaged": 0,
            "conflicts": [],
        }
        async with open_as(advice, "operator") as session:
            statement = insert(Adviser).values({**fitting, **facts}).returning(Adviser)
            adviser = (await session.execute(statement)).scalar_one()
        ids.append(adviser.id)
        return adviser

    yield make
    async with open_as(advice, "operator") as session:
        await session.execute(update(Adviser).where(Adviser.id.in_(ids)).values(active=False))


Tell = Callable[..., Awaitable[None]]


@pytest.fixture
def tell(advice: Runtime) -> Tell:
    """Hands the service an event of applications: `await tell(event, readers)`. Every call is another event."""

    async def tell(data: EventData, readers: Sequence[str], *, sequence: int = 2, source: str = "applications") -> None:
        case_id: uuid.UUID = data.case_id  # type: ignore[attr-defined]  # every event of applications has it
        event_id, body = events.write(
            data,
            base_url="http://rtp.test",
            service=source,
            subject_id=case_id,
            sequence=sequence,
            dataref=f"/v1/cases/{case_id}",
        )
        await build_consumer(advice).receive(Message(event_id, data.TYPE, case_id, tuple(readers), body))

    return tell


def submitted(**facts: Any) -> CaseSubmitted:
    """What applications says when a case is submitted."""
    said: dict[str, Any] = {
        "case_id": uuid.uuid4(),
        "number": "RTP-482-715-9361",
        "route": "right-to-provide",
        "status": "eoi-submitted",
        "sector": "adult-social-care",
        "region": "E12000007",
        "employer": uuid.uuid4(),
        "headcount": 60,
        "legal_form": "cic-limited-by-guarantee",
        "support_needs": ["legal", "financial"],
        "submitted_at": "2025-06-02T09:00:00Z",
    }
    return CaseSubmitted(**{**said, **facts})


def parties_changed(case: CaseSubmitted) -> PartyChanged:
    """What applications says when somebody comes to a case or leaves it."""
    return PartyChanged(
        case_id=case.case_id,
        number=case.number,
        party_id=uuid.uuid4(),
        change="ended",
        role="mentor",
        holder_kind="client",
        at=case.submitted_at,
    )
