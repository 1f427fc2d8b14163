"""Products open, come near their end and are withdrawn, and saved searches find: who is told, and how often."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_finance_directory.alerts import schedule
from rtp_finance_directory.alerts.schedule import look_for_finds, remind_keepers, tell_news
from rtp_finance_directory.alerts.schemas import CriteriaGiven
from rtp_finance_directory.search.parameters import read_criteria
from rtp_finance_directory.turns import Turns
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from rtp_shared.service import Runtime
from tests.conftest import Api, NewClient
from tests.finance_directory.directory.conftest import act, draft, publish
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
SEARCHES = "/v1/saved-searches"


@pytest.fixture
def finance(platform: Platform) -> Runtime:
    return platform.background["finance-directory"]


def at(runtime: Runtime, when: datetime) -> Runtime:
    return replace(runtime, clock=lambda: when)


async def save(api: Api, **criteria: Any) -> Json:
    answer = await api.post(SEARCHES, json={"name": "Ours", "criteria": criteria})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def published(runtime: Runtime, subject: str) -> list[tuple[str, Json, Sequence[str]]]:
    query = text("SELECT body, readers FROM outbox WHERE case_id = :id ORDER BY position")
    async with open_as(runtime, "owner") as session:
        rows = (await session.execute(query, {"id": uuid.UUID(subject)})).all()
    found = [(events.read(row.body), row.readers) for row in rows]
    assert [event.sequence for event, _ in found] == list(range(1, len(found) + 1))
    return [(event.type.split(".")[3], dict(event.data), readers) for event, readers in found]


def later(**by: float) -> datetime:
    return utcnow() + timedelta(**by)


async def test_the_two_ways_to_say_criteria_are_one() -> None:
    fields = {field.alias or name for name, field in CriteriaGiven.model_fields.items()}
    parameters = read_criteria.__annotations__.keys() - {"return"}
    assert {field.lower() for field in fields} == {name.replace("_", "") for name in parameters}


async def test_a_search_tells_its_client_alone_of_each_product_once(
    finance: Runtime, funder: Api, new_client: NewClient
) -> None:
    api = await new_client()
    before = await publish(funder, name="Narwhal one")
    search = await save(api, q="narwhal")
    await publish(funder, name="Walrus")
    fresh = await publish(funder, name="Narwhal two")
    for hours in (2, 4, 6):
        await look_for_finds(at(finance, later(hours=hours)), Turns("a test"))
    [(kind, data, readers)] = await published(finance, search["id"])
    assert (kind, data["productIds"], data["more"]) == ("search-matched", [fresh["id"]], False)
    assert before["id"] not in data["productIds"]
    assert readers == [f"client:{api.client_id}", "system"]
    shown = (await api.get(f"{SEARCHES}/{search['id']}")).json()
    assert shown["toldOn"] == data["matchedOn"]


async def test_a_search_tells_once_a_day_and_loses_nothing(
    finance: Runtime, funder: Api, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "MOST_NAMED", 2)
    api = await new_client()
    search = await save(api, q="tapir")
    products = {(await publish(funder, name=f"Tapir {number}"))["id"] for number in range(5)}
    for days in (1, 1.05, 2, 3, 4, 5):
        await asyncio.gather(*(look_for_finds(at(finance, later(days=days)), Turns("a test")) for _ in range(2)))
    told = [data for _, data, _ in await published(finance, search["id"])]
    assert [(len(data["productIds"]), data["more"]) for data in told] == [(2, True), (2, True), (1, False)]
    assert {product for data in told for product in data["productIds"]} == products
    assert len({data["matchedOn"] for data in told}) == 3


async def test_followers_hear_of_openings_closings_and_withdrawals(
    finance: Runtime, funder: Api, new_client: NewClient
) -> None:
    follower, other = await new_client(), await new_client()
    await save(other, q="gannet")
    search = await save(follower, q="puffin")
    closes = later(days=20).date()
    window = {"opensOn": "2026-01-01", "closesOn": closes.isoformat()}
    product = await publish(funder, name="Puffin", windows=[window])
    for _ in range(2):
        await tell_news(finance, Turns("a test"))
    await look_for_finds(at(finance, later(hours=2)), Turns("a test"))
    for days in (10, 11):
        await tell_news(at(finance, later(days=days)), Turns("a test"))
    product = await act(funder, product, "suspend")
    for _ in range(2):
        await tell_news(at(finance, later(days=11)), Turns("a test"))
    product = await act(funder, product, "publish")
    await tell_news(at(finance, later(days=11)), Turns("a test"))
    owner, operator = f"org:{funder.organisation}", "scope:finance:oversee"
    told = await published(finance, product["id"])
    assert [kind for kind, _, _ in told] == ["product-opened", "product-closing", "product-withdrawn", "product-opened"]
    assert told[0][2] == [owner, operator, "system"]
    assert all(readers == [f"client:{follower.client_id}", owner, operator, "system"] for _, _, readers in told[1:])
    assert told[1][1]["closesOn"] == closes.isoformat()
    assert told[2][1]["reason"] == "suspended"
    await look_for_finds(at(finance, later(days=11, hours=2)), Turns("a test"))
    assert len(await published(finance, search["id"])) == 2  # it opened anew


async def test_drafts_and_what_is_over_make_no_news(finance: Runtime, funder: Api, new_client: NewClient) -> None:
    api = await new_client()
    search = await save(api, q="heron")
    hidden = await draft(funder, name="Heron")
    over = await publish(funder, name="Heron", windows=[{"opensOn": "2020-01-01", "closesOn": "2020-02-01"}])
    gone = await act(funder, await publish(funder, name="Heron"), "withdraw")
    await tell_news(finance, Turns("a test"))
    for product in (hidden, over, gone):
        assert await published(finance, product["id"]) == []
    await look_for_finds(at(finance, later(hours=2)), Turns("a test"))
    told = [product for _, data, _ in await published(finance, search["id"]) for product in data["productIds"]]
    assert hidden["id"] not in told
    assert gone["id"] not in told


async def test_two_workers_tell_each_thing_once(finance: Runtime, funder: Api) -> None:
    product = await publish(funder, name="Stork")
    await asyncio.gather(*(tell_news(finance, Turns("a test")) for _ in range(4)))
    await tell_news(finance, Turns("a test"))
    assert [kind for kind, _, _ in await published(finance, product["id"])] == ["product-opened"]


async def test_a_keeper_is_told_of_what_nobody_has_verified_for_long(finance: Runtime, funder: Api) -> None:
    product = await publish(funder, name="Lapsed")
    for days in (89, 90, 91, 179, 180):
        await remind_keepers(at(finance, later(days=days)), Turns("a test"))
    told = await published(finance, product["id"])
    assert [kind for kind, _, _ in told] == ["product-verification-lapsed"] * 2
    assert all(readers == [f"org:{funder.organisation}", "system"] for _, _, readers in told)
    assert told[0][1]["verifiedOn"] == product["verifiedOn"]


async def test_saved_searches_are_kept_by_their_client_alone(new_client: NewClient) -> None:
    organisation = uuid.uuid4()
    api, sister = [await new_client(organisation=organisation) for _ in range(2)]
    search = await save(api, region="E12000009", amountPence=10_000_00)
    path = f"{SEARCHES}/{search['id']}"
    assert search["criteria"] == {"region": "E12000009", "amountPence": 10_000_00}
    assert [item["id"] for item in (await api.get(SEARCHES)).json()["items"]] == [search["id"]]
    assert (await sister.get(SEARCHES)).json()["items"] == []
    body = {"name": "Theirs", "criteria": {}}
    for answer in (
        await sister.get(path),
        await sister.put(path, json=body, headers={"If-Match": '"1"'}),
        await sister.delete(path, headers={"If-Match": '"1"'}),
    ):
        assert answer.status_code == 404
    changed = await api.put(path, json={"name": "Ours", "criteria": {"q": "loan"}}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    assert (await api.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    assert (await api.delete(path)).status_code == 428
    assert (await api.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_row_level_security_shows_searches_to_their_client(finance: Runtime, new_client: NewClient) -> None:
    api = await new_client()
    search = await save(api, q="loan")
    for identities, seen in (([f"client:{api.client_id}"], True), ([f"org:{api.organisation}"], False)):
        async with open_as(finance, "web", identities) as session:
            for table, column in (("saved_searches", "id"), ("saved_search_finds", "search_id")):
                query = text(f"SELECT count(*) FROM {table} WHERE {column} = :id")  # noqa: S608
                count = (await session.execute(query, {"id": uuid.UUID(search["id"])})).scalar_one()
                assert bool(count) == seen


async def test_a_client_saves_so_many_and_no_more(new_client: NewClient) -> None:
    api = await new_client()
    answers = await asyncio.gather(
        *(api.post(SEARCHES, json={"name": str(number), "criteria": {"q": "loan"}}) for number in range(52))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 50 + [409] * 2


async def test_saving_twice_with_one_key_saves_once(new_client: NewClient) -> None:
    api = await new_client()
    headers = {"Idempotency-Key": '"once"'}
    body = {"name": "Ours", "criteria": {"sector": "libraries-and-archives"}}
    first, second = [await api.post(SEARCHES, json=body, headers=headers) for _ in range(2)]
    assert first.json() == second.json()


async def test_bad_criteria_are_named(new_client: NewClient) -> None:
    api = await new_client()
    for criteria, field in (
        ({"colour": "blue"}, "/criteria/colour"),
        ({"closesFrom": "2026-12-02", "closesUntil": "2026-12-01"}, "/criteria/closesUntil"),
        ({"amountPence": "5"}, "/criteria/amountPence"),
    ):
        answer = await api.post(SEARCHES, json={"name": "Ours", "criteria": criteria})
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert (await (await new_client(scopes="cases:read")).get(SEARCHES)).status_code == 403


async def test_a_search_that_always_fails_holds_up_none_behind_it(
    finance: Runtime, funder: Api, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = await new_client()
    broken, sound = await save(api, q="osprey"), await save(api, q="osprey")
    product = await publish(funder, name="Osprey")
    async with open_as(finance, "owner") as session:
        wrong = text('UPDATE saved_searches SET criteria = \'{"termMonths": "many"}\', looked_at = :at WHERE id = :id')
        await session.execute(wrong, {"id": uuid.UUID(broken["id"]), "at": later(days=-400)})
        await session.execute(
            text("UPDATE saved_searches SET looked_at = :at WHERE id = :id"),
            {"id": uuid.UUID(sound["id"]), "at": later(days=-399)},
        )
    monkeypatch.setattr(schedule, "BATCH", 1)
    turns: Turns[uuid.UUID] = Turns("a test")
    assert await look_for_finds(finance, turns) == 0
    assert turns.list_waiting(utcnow()) == [uuid.UUID(broken["id"])]
    assert await look_for_finds(finance, turns) == 1
    [(_, data, _)] = await published(finance, sound["id"])
    assert data["productIds"] == [product["id"]]


async def test_a_product_that_always_fails_holds_up_none_behind_it(finance: Runtime, funder: Api) -> None:
    broken, sound = sorted([(await publish(funder, name="Egret"))["id"] for _ in range(2)])
    wrong = """UPDATE products SET windows = '[{"opensOn": "2026-01-01", "nonsense": true}]' WHERE id = :id"""
    async with open_as(finance, "owner") as session:
        await session.execute(text(wrong), {"id": uuid.UUID(broken)})
    turns: Turns[uuid.UUID] = Turns("a test")
    await tell_news(finance, turns)
    assert turns.list_waiting(utcnow()) == [uuid.UUID(broken)]
    assert [kind for kind, _, _ in await published(finance, sound)] == ["product-opened"]
