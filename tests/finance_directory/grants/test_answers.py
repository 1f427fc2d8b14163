"""Answers are kept for as long as no grant is loaded, and no longer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_finance_directory.grants import answers
from rtp_finance_directory.grants.answers import AnswerCache
from tests.conftest import Api
from tests.finance_directory.grants.conftest import FUNDER, Load

pytestmark = pytest.mark.anyio

ASKED = {"funder": FUNDER, "q": "narwhals", "facets": "true"}


def rename(grant: dict[str, Any], number: int) -> dict[str, Any]:
    return {**grant, "id": f"360G-answers-{number}", "title": "Narwhals"}


async def test_what_is_loaded_is_found_at_once_by_who_asked_before(
    anybody: Api, load: Load, write: Callable[..., Path], real_grants: list[Any]
) -> None:
    found = []
    for number in range(3):
        answer = await anybody.get("/v1/grants", params=ASKED)
        page = answer.json()
        assert answer.headers["content-type"] == "application/json"
        assert (await anybody.get("/v1/grants", params=ASKED)).json() == page
        found.append((len(page["items"]), page["facets"]["counted"]))
        await load(write([rename(real_grants[0], number)], f"{number}.json"))
    assert found == [(0, 0), (1, 1), (2, 2)]


async def test_a_load_that_changes_nothing_forgets_nothing(
    platform: Platform, load: Load, write: Callable[..., Path], real_grants: list[Any]
) -> None:
    cache, database = AnswerCache(), platform.runtimes["finance-directory"].database

    async def find() -> bytes | None:
        async with database.transaction(read_only=True) as session:
            return await cache.find(session, "asked")

    await load(write(real_grants[:5], "first.json"))
    assert await find() is None
    cache.keep("asked", b"answer")
    await load(write(real_grants[:4], "same.json"))
    assert await find() == b"answer"
    await load(write([rename(real_grants[0], 9)], "more.json"))
    assert await find() is None


async def test_few_and_short_answers_are_kept_and_those_not_asked_for_longest_go(platform: Platform) -> None:
    cache, database = AnswerCache(), platform.runtimes["finance-directory"].database
    async with database.transaction(read_only=True) as session:
        assert await cache.find(session, 0) is None
        cache.keep("long", b"x" * (answers.LONGEST_KEPT + 1))
        for number in range(answers.MOST_KEPT):
            cache.keep(number, b"x")
        assert await cache.find(session, 0) == b"x"
        cache.keep("one more", b"x")
        assert [await cache.find(session, asked) for asked in ("long", 0, 1, 2)] == [None, b"x", None, b"x"]
