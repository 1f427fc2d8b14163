"""Funders that keep products of their own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

Json = dict[str, Any]
GRANT: Json = {"provider": "A fund", "name": "A grant", "kinds": ["grant"], "direct": True, "sectors": [], "areas": []}


@pytest.fixture(autouse=True)
async def _directory_is_left_as_it_was(platform: Platform) -> AsyncIterator[None]:
    """Take off what a test published: the directory is one for all tests."""
    yield
    async with open_as(platform.runtimes["finance-directory"], "owner") as session:
        await session.execute(text("UPDATE products SET publication = 'withdrawn' WHERE owner IS NOT NULL"))
        await session.execute(text("UPDATE directory_clock SET position = position + 1"))


@pytest.fixture
async def funder(new_client: NewClient) -> Api:
    return await new_client(scopes="finance:read finance:write")


@pytest.fixture
async def anybody(new_client: NewClient) -> Api:
    api = await new_client(scopes="")
    del api.headers["Authorization"]
    return api


def at(product: Json) -> dict[str, str]:
    return {"If-Match": f'"{product["version"]}"'}


async def draft(api: Api, **details: Any) -> Json:
    answer = await api.post("/v1/products", json={**GRANT, **details})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def act(api: Api, product: Json, action: str, **given: Any) -> Json:
    body = given if action == "publish" else None
    answer = await api.post(f"/v1/products/{product['id']}/actions/{action}", headers=at(product), json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def publish(api: Api, **details: Any) -> Json:
    return await act(api, await draft(api, **details), "publish")
