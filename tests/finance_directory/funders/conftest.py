"""Funders that keep themselves, their programmes and their products."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from tests.conftest import Api, NewClient
from tests.finance_directory.directory.conftest import _directory_is_left_as_it_was, anybody, at, funder
from tests.support.tables import open_as

__all__ = ["_directory_is_left_as_it_was", "anybody", "funder"]

Json = dict[str, Any]
FUNDER: Json = {"name": "A fund", "kinds": ["grant-maker"]}
PURPOSE = "Money for the first year."


@pytest.fixture(autouse=True)
async def _funders_are_left_as_they_were(platform: Platform, _directory_is_left_as_it_was: None) -> AsyncIterator[None]:
    """Take off what a test published, and review nobody: the directory is one for all tests."""
    yield
    async with open_as(platform.runtimes["finance-directory"], "owner") as session:
        for table in ("funders", "programmes"):
            await session.execute(text(f"UPDATE {table} SET publication = 'withdrawn' WHERE owner IS NOT NULL"))  # noqa: S608
        await session.execute(text("DELETE FROM directory_keepers"))


@pytest.fixture
async def operator(new_client: NewClient) -> Api:
    return await new_client(scopes="finance:read finance:write finance:oversee")


async def draft_at(api: Api, path: str, body: Json) -> Json:
    answer = await api.post(path, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{path}/{answer.json()['id']}"
    return dict(answer.json())


async def act_at(api: Api, path: str, row: Json, action: str, **given: Any) -> Json:
    body = given if action == "publish" or given else None
    answer = await api.post(f"{path}/{row['id']}/actions/{action}", headers=at(row), json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def draft_funder(api: Api, **details: Any) -> Json:
    return await draft_at(api, "/v1/funders", {**FUNDER, **details})


async def publish_funder(api: Api, **details: Any) -> Json:
    return await act_at(api, "/v1/funders", await draft_funder(api, **details), "publish")


async def publish_programme(api: Api, funder_id: str, **details: Any) -> Json:
    body = {"funderId": funder_id, "name": "A programme", "purpose": PURPOSE, **details}
    return await act_at(api, "/v1/programmes", await draft_at(api, "/v1/programmes", body), "publish")
