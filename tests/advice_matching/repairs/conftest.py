"""An operator, and a committed round of two groups of whom the first has the better adviser."""

import uuid
from typing import Any, NamedTuple

import pytest
from sqlalchemy import update

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import request_of
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

Json = dict[str, Any]


class Market(NamedTuple):
    """A committed round: two groups, each with one adviser, and a third adviser whom nobody has."""

    path: str
    groups: list[Api]
    requests: list[Json]
    advisers: list[Adviser]
    given: dict[uuid.UUID, str]
    """The request that the round gave to each adviser."""


@pytest.fixture
async def operator(new_client: NewClient) -> Api:
    return await new_client(scopes="support:match events:read")


@pytest.fixture
async def market(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> Market:
    async with open_as(advice, "owner") as session:
        await session.execute(update(SupportRequest).values(status=SupportStatus.CLOSED))
    advisers = [
        await new_adviser(capacity=1),
        await new_adviser(capacity=1, stages=[]),
        await new_adviser(capacity=1, stages=[], legal_forms=[]),
    ]
    groups = [await new_client() for _ in range(2)]
    requests = [await request_of(platform, group) for group in groups]
    saved = (await operator.post("/v1/matching-rounds", json={})).json()
    path = f"/v1/matching-rounds/{saved['id']}"
    answer = await operator.post(f"{path}/actions/commit", headers={"If-Match": '"1"'})
    assert answer.json()["proposed"] == 2
    certificate = (await operator.get(f"{path}/certificate")).json()
    ids = [uuid.UUID(each["id"]) for each in certificate["input"]["advisers"]]
    given = {
        ids[each["chosen"]["adviser"]]: request["id"]
        for request, each in zip(certificate["input"]["requests"], certificate["answers"], strict=True)
    }
    return Market(path, groups, requests, advisers, given)
