"""A staff group with an adviser who fits, and what both sides do over HTTP."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.engagements.models import Engagement
from rtp_advice_matching.engagements.scheduler import process_due_engagements
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import published, request_of
from tests.conftest import Api, NewClient

ENGAGEMENTS = "/v1/engagements"
Json = dict[str, Any]


async def offer(group: Api, request: Json, adviser: Any, **more: Any) -> httpx.Response:
    body = {"supportRequestId": request["id"], "adviserId": str(adviser), **more}
    return await group.post(ENGAGEMENTS, json=body)


async def do(api: Api, engagement: Json, action: str, **payload: Any) -> httpx.Response:
    return await api.post(
        f"{ENGAGEMENTS}/{engagement['id']}/actions/{action}",
        json=payload or None,
        headers={"If-Match": f'"{engagement["version"]}"'},
    )


async def done(api: Api, engagement: Json, action: str, **payload: Any) -> Json:
    answer = await do(api, engagement, action, **payload)
    assert answer.status_code == 200, answer.text
    changed: Json = answer.json()
    assert answer.headers["etag"] == f'"{changed["version"]}"'
    return changed


async def list_of(api: Api, request: Json) -> list[Json]:
    """The engagements of a request that a client sees, oldest first."""
    page = await api.get(ENGAGEMENTS, params={"supportRequestId": request["id"]})
    items: list[Json] = page.json()["items"]
    return items[::-1]


async def list_kinds(advice: Runtime, engagement: Json) -> list[str]:
    return [event.type.split(".")[-2] for event, _ in await published(advice, engagement["id"])]


async def read_due(advice: Runtime, engagement: Json) -> datetime:
    async with advice.database.transaction(read_only=True) as session:
        due = await session.scalar(select(Engagement.due_at).where(Engagement.id == uuid.UUID(engagement["id"])))
    assert due is not None
    return due


@dataclass(frozen=True)
class Pair:
    """A staff group that has chosen an adviser, and the adviser's network."""

    platform: Platform
    advice: Runtime
    group: Api
    network: Api
    adviser: Adviser
    request: Json

    async def offer(self, **more: Any) -> Json:
        answer = await offer(self.group, self.request, self.adviser.id, **more)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        assert answer.headers["location"] == f"{ENGAGEMENTS}/{made['id']}"
        return made

    async def begin(self) -> Json:
        """An engagement that was offered with consent, and accepted."""
        return await done(self.network, await self.offer(consent=True), "accept")

    async def activate(self) -> Json:
        return await done(self.group, await self.begin(), "record-first-contact", on=str(utcnow().date()))

    async def read(self, engagement: Json, api: Api | None = None) -> Json:
        answer = await (api or self.group).get(f"{ENGAGEMENTS}/{engagement['id']}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def pass_until(self, at: datetime) -> bool:
        """Let a worker look, whose clock has come to a moment."""
        return await process_due_engagements(replace(self.advice, clock=lambda: at))


NewPair = Callable[..., Awaitable[Pair]]


@pytest.fixture
def new_pair(platform: Platform, advice: Runtime, new_client: NewClient, new_adviser: NewAdviser) -> NewPair:
    async def make(**facts: Any) -> Pair:
        adviser = await new_adviser(**facts)
        group, network = await new_client(), await new_client(organisation=adviser.network_id)
        return Pair(platform, advice, group, network, adviser, await request_of(platform, group))

    return make


@pytest.fixture
async def pair(new_pair: NewPair) -> Pair:
    return await new_pair()


def readers_of(pair: Pair) -> Sequence[str]:
    network = f"org:{pair.adviser.network_id}"
    return [f"client:{pair.group.client_id}", network, "scope:cases:oversee", "system"]


def just_before(at: datetime) -> datetime:
    return at - timedelta(microseconds=1)
