"""Searching by the index of grants gives what the rows say: hits, order, counts and facets, whatever is loaded."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_embedded.platform import Platform
from rtp_finance_directory.grants.filters import Filters
from rtp_finance_directory.grants.index import building, memory
from rtp_finance_directory.grants.index.building import index_changes
from rtp_finance_directory.grants.index.memory import IndexMemory
from rtp_finance_directory.grants.index.schedule import keep_index
from rtp_finance_directory.grants.index.searching import count_facets, find_grants, list_places
from rtp_shared.db import Database, get_driver
from tests.conftest import Api
from tests.finance_directory.grants.conftest import get_url

pytestmark = pytest.mark.anyio

WORDS = ("choir", "singing", "of the", "youth", "Bristol's", "co-op", "back\\slash", "arts")
FUNDERS = (("GB-CHC-1", "A fund"), ("GB-CHC-1", "a Fund, renamed"), ("GB-CHC-2", "Choir trust"))
REGIONS = ("E12000001", "E12000007", "W92000004")


class Engine:
    """The tables of grants, as they stand, and two web processes that search them."""

    def __init__(self, owner: asyncpg.Connection, worker: Database, web: Database) -> None:
        self.owner, self.worker, self.web = owner, worker, web
        self.memories = [IndexMemory(), IndexMemory()]

    async def empty(self) -> None:
        await self.owner.execute("TRUNCATE grants, incoming_grants, grant_loads, grant_problems")
        await keep_index(self.worker)

    async def store(self, grants: Sequence[Mapping[str, Any]]) -> None:
        """Store as a load does: the batch and the clock in one transaction."""
        async with self.owner.transaction():
            for grant in grants:
                await self.owner.execute(_STORE, *grant.values())
            await self.owner.execute("UPDATE grant_clock SET position = position + 1")

    async def search(
        self, filters: Filters, *, limit: int = 1000, process: int = 0
    ) -> tuple[list[Any], dict[str, Any]] | None:
        """Return what is found, page by page, and the facets; None if the index does not know."""
        async with self.web.transaction(read_only=True) as session:
            index = await self.memories[process].open(await get_driver(session), filters.text)
            if index is None:
                return None
            found = find_grants(index, filters)
            listed: list[Any] = []
            while page := list_places(index, found, limit, listed[-1] if listed else None):
                listed += page
            return [tuple(place) for place in listed], count_facets(index, found).model_dump()


_STORE = """
    INSERT INTO grants (id, grant_id, title, description, currency, amount_pence, awarded_on, funder_id, funder_name,
        recipient_name, recipient_scheme, programme, regions, document)
    VALUES (md5($1::text)::uuid, $1::text, $2, $3, 'GBP', $4, '2020-01-01'::date + $5::int, $6, $7, $8, $9, $10, $11,
        '{}')
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, description = excluded.description,
        amount_pence = excluded.amount_pence, awarded_on = excluded.awarded_on, funder_id = excluded.funder_id,
        funder_name = excluded.funder_name, regions = excluded.regions, recipient_scheme = excluded.recipient_scheme
"""
_PLAIN = """
    SELECT CASE WHEN $1::text IS NULL THEN 0
        WHEN ts_filter(search, '{a}') @@ websearch_to_tsquery('english', $1) THEN 2
        WHEN ts_filter(search, '{a,b}') @@ websearch_to_tsquery('english', $1) THEN 1 ELSE 0 END,
        awarded_on, id, funder_id, funder_name, regions, recipient_scheme
    FROM grants
    WHERE ($1::text IS NULL OR search @@ websearch_to_tsquery('english', $1)) AND ($2::text IS NULL OR funder_id = $2)
      AND (cardinality($3::text[]) = 0 OR regions && $3) AND ($4::bigint IS NULL OR amount_pence >= $4)
      AND ($5::bigint IS NULL OR amount_pence <= $5) AND ($6::date IS NULL OR awarded_on >= $6)
      AND ($7::date IS NULL OR awarded_on <= $7)
      AND (cardinality($8::text[]) = 0 OR recipient_scheme = ANY($8))
    ORDER BY 1 DESC, awarded_on DESC, id DESC
"""


async def search_plainly(owner: asyncpg.Connection, asked: Filters) -> tuple[list[Any], dict[str, Any]]:
    rows = await owner.fetch(
        _PLAIN, asked.text, asked.funder, list(asked.regions), asked.least_pence, asked.most_pence,
        asked.awarded_from, asked.awarded_until, list(asked.recipient_schemes),
    )  # fmt: skip

    def count(values: list[str]) -> list[dict[str, Any]]:
        counts = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
        return [{"code": code, "name": names.get(code, ""), "count": number} for code, number in counts]

    names: dict[str, str] = {}
    for row in rows:
        names[row["funder_id"]] = min(row["funder_name"], names.get(row["funder_id"], row["funder_name"]))
    facets = {
        "counted": len(rows),
        "complete": True,
        "funders": count([row["funder_id"] for row in rows]),
        "regions": count([region for row in rows for region in row["regions"]]),
        "years": sorted(count([f"{row['awarded_on']:%Y}" for row in rows]), key=lambda each: each["code"])[::-1],
        "recipient_schemes": count([row["recipient_scheme"] for row in rows if row["recipient_scheme"]]),
    }
    return [tuple(row)[:3] for row in rows], facets


@pytest.fixture
async def engine(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setattr(building, "BLOCK", 7)
    monkeypatch.setattr(building, "MOST_TAKEN", 10)
    owner = await asyncpg.connect(get_url(platform, "owner"))
    worker, web = (Database(get_url(platform, kind), pool_size=2) for kind in ("worker", "web"))
    engine = Engine(owner, worker, web)
    await engine.empty()
    yield engine
    await engine.empty()
    for each in (owner, worker, web):
        await each.close()


texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
grants = st.builds(
    lambda funder, **rest: {
        **{name: rest[name] for name in ("grant_id", "title", "description", "amount", "day")},
        "funder_id": funder[0], "funder_name": funder[1],
        **{name: rest[name] for name in ("recipient", "scheme", "programme", "regions")},
    },
    funder=st.sampled_from(FUNDERS),
    grant_id=st.integers(0, 40).map(str),
    title=texts,
    description=texts,
    amount=st.sampled_from([0, 1, 99, 100, 10**14]),
    day=st.integers(-400, 400),
    recipient=st.none() | texts,
    scheme=st.sampled_from([None, "GB-CHC", "GB-COH"]),
    programme=st.none() | texts,
    regions=st.sets(st.sampled_from(REGIONS)).map(sorted),
)  # fmt: skip
days = st.none() | st.dates(min_value=date(2018, 12, 1), max_value=date(2021, 3, 1))
amounts = st.none() | st.integers(0, 101)
asked = st.builds(
    Filters,
    text=st.none()
    | st.lists(st.sampled_from([*WORDS, "or", "-choir", "-youth", "unheard", "fund"]), min_size=1, max_size=4).map(
        " ".join
    ),
    funder=st.none() | st.sampled_from(["GB-CHC-1", "GB-CHC-2", "GB-CHC-9"]),
    regions=st.sets(st.sampled_from(REGIONS), max_size=2).map(tuple),
    recipient_schemes=st.sets(st.sampled_from(["GB-CHC", "GB-COH"]), max_size=2).map(tuple),
    least_pence=amounts,
    most_pence=amounts,
    awarded_from=days,
    awarded_until=days,
)
steps = st.lists(
    st.lists(grants, min_size=1, max_size=12).map(lambda batch: ("store", batch))
    | st.sets(st.integers(0, 40)).map(lambda gone: ("take out", [str(each) for each in gone]))
    | st.just(("index one part", None))
    | st.just(("index", None)),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, searches=st.lists(asked, min_size=1, max_size=6), limit=st.integers(1, 5))
async def test_the_index_says_what_the_rows_say_or_nothing(
    engine: Engine, steps: list[tuple[str, Any]], searches: list[Filters], limit: int
) -> None:
    await engine.empty()
    for number, (step, given_) in enumerate([*steps, ("index", None)]):
        if step == "store":
            await engine.store(given_)
        elif step == "take out":
            await engine.owner.execute("DELETE FROM grants WHERE grant_id = ANY($1)", given_)
        elif step == "index":
            await keep_index(engine.worker)
        else:
            async with engine.worker.transaction() as session:
                await index_changes(await get_driver(session))
        for search in searches:
            found = await engine.search(search, limit=limit, process=number % 2)
            assert found is None or found == await search_plainly(engine.owner, search)
            if step == "index" and "<" not in ((search.text and await understand(engine, search.text)) or ""):
                assert found is not None


async def understand(engine: Engine, text: str) -> str:
    understood: str = await engine.owner.fetchval("SELECT websearch_to_tsquery('english', $1)::text", text)
    return understood


def make_grant(number: int, title: str) -> dict[str, Any]:
    texts: dict[str, Any] = {"grant_id": str(number), "title": title, "description": "", "amount": 1, "day": number}
    rest: dict[str, Any] = {"recipient": None, "scheme": None, "programme": None, "regions": []}
    return {**texts, "funder_id": "GB-CHC-1", "funder_name": "A fund", **rest}


async def test_who_reads_while_the_index_is_written_asks_the_rows(engine: Engine) -> None:
    await engine.store([make_grant(1, "choir")])
    await keep_index(engine.worker)
    assert await engine.search(Filters()) is not None

    class Interrupted:
        """A connection beside which the index is written before any words are read."""

        def __init__(self, driver: Any) -> None:
            self.fetchrow, self.fetchval, self._driver = driver.fetchrow, driver.fetchval, driver

        async def fetch(self, statement: str, *given: Any) -> Any:
            await engine.store([make_grant(2, "choir")])
            await keep_index(engine.worker)
            return await self._driver.fetch(statement, *given)

    for process in (0, 1):
        async with engine.web.transaction(read_only=True) as session:
            driver = Interrupted(await get_driver(session))
            assert await engine.memories[process].open(driver, "choir") is None
        assert await engine.search(Filters("choir"), process=process) == await search_plainly(
            engine.owner, Filters("choir")
        )


async def test_words_are_kept_up_to_a_bound_and_found_all_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST_BYTES", 40)
    words = [f"word{number}" for number in range(30)]
    await engine.store([make_grant(number, word) for number, word in enumerate(words)])
    await keep_index(engine.worker)
    for _ in range(2):
        for word in words:
            assert await engine.search(Filters(word)) == await search_plainly(engine.owner, Filters(word))
    [process, _] = engine.memories
    assert 0 < process.bytes <= 40
    assert process.bytes == sum(bitmaps.count_bytes() for bitmaps in process.words.values())


async def test_a_search_over_http_is_the_same_by_the_rows_and_by_the_index(
    platform: Platform, anybody: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Database(get_url(platform, "worker"), pool_size=2)
    used: list[bool] = []
    open_index = IndexMemory.open

    async def watch(self: IndexMemory, driver: Any, text: str | None) -> Any:
        index = await open_index(self, driver, text)
        used.append(index is not None)
        return index

    monkeypatch.setattr(IndexMemory, "open", watch)
    searches: list[dict[str, str]] = [
        {"q": "youth orchestra"},
        {"q": "music or dance -london", "leastPence": "500000"},
        {"q": '"young people"'},
        {"region": "E12000007", "awardedFrom": "2020-01-01"},
        {"recipientScheme": "GB-CHC", "awardedUntil": "2020-12-31"},
        {"q": "the"},
        {"q": "music"},
    ]
    pages: dict[bool, list[Any]] = {False: [], True: []}
    for by_index in (False, True):
        if by_index:
            await keep_index(worker)
        for number, search in enumerate(searches):
            params = {"facets": "true", "limit": "7", **search}
            first = (await anybody.get("/v1/grants", params=params)).raise_for_status().json()
            pages[by_index].append(first)
            # Go on from where the rows ended, whichever way is taken.
            if after := pages[False][2 * number].get("next"):
                params["after"] = after
            pages[by_index].append((await anybody.get("/v1/grants", params=params)).raise_for_status().json())
    await worker.close()
    assert pages[False] == pages[True]
    assert sum(page["facets"]["counted"] > 7 for page in pages[True]) >= 8
    assert used == [False] * 14 + [search.get("q") != '"young people"' for search in searches for _ in range(2)]
