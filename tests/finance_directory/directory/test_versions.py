"""Versions of products: read as they were, followed without loss, published by schedule."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_finance_directory.directory.commands import draft_product, follow_schedule, publish_product
from rtp_finance_directory.directory.queries import list_changes, list_due
from rtp_finance_directory.directory.schedule import process_due_products
from rtp_finance_directory.directory.schemas import ProductGiven
from rtp_finance_directory.load import make_product_id
from rtp_finance_directory.moderation.schemas import PublicationGiven
from rtp_finance_directory.turns import Turns
from rtp_shared.etags import ANY_VERSION
from rtp_shared.identities import Principal
from tests.conftest import Api
from tests.finance_directory.directory.conftest import GRANT, act, at, draft, publish

pytestmark = pytest.mark.anyio


async def follow(api: Api, after: str | None = None, limit: int = 200) -> tuple[list[dict[str, Any]], str]:
    found: list[dict[str, Any]] = []
    while True:
        params: dict[str, Any] = {"limit": limit, **({"after": after} if after else {})}
        page = (await api.get("/v1/products/changes", params=params)).json()
        found, after = found + page["items"], page["cursor"]
        assert page["next"] in (after, None)
        if page["next"] is None:
            return found, str(after)


async def test_the_rules_of_a_day_can_be_read_after_they_changed(funder: Api, anybody: Api) -> None:
    product = await publish(funder, maxAmountPence=100)
    path = f"/v1/products/{product['id']}"
    then = datetime.now(UTC)
    changed = (await funder.put(path, json={**GRANT, "maxAmountPence": 200}, headers=at(product))).json()
    for moment, amount in ((then, 100), (datetime.now(UTC), 200)):
        answer = await anybody.get(path, params={"asAt": moment.isoformat()})
        assert (answer.status_code, answer.json()["maxAmountPence"]) == (200, amount)
    before = await anybody.get(path, params={"asAt": (then - timedelta(days=1)).isoformat()})
    assert before.status_code == 404
    await act(funder, changed, "withdraw")
    assert (await anybody.get(path, params={"asAt": then.isoformat()})).json()["maxAmountPence"] == 100
    assert (await anybody.get(path, params={"asAt": datetime.now(UTC).isoformat()})).status_code == 404


async def test_a_version_that_was_published_stays_to_be_read(funder: Api, anybody: Api) -> None:
    product = await publish(funder)
    await act(funder, product, "withdraw")
    path = f"/v1/products/{product['id']}/versions"
    assert [each["version"] for each in (await anybody.get(path)).json()["items"]] == [2]
    mine = (await funder.get(path)).json()["items"]
    assert [(each["version"], each["change"]) for each in mine] == [
        (3, "withdrawn"), (2, "published"), (1, "drafted"),
    ]  # fmt: skip
    opened = (await anybody.get(f"{path}/2")).json()
    assert (opened["product"]["name"], opened["change"], opened["illustrative"]) == ("A grant", "published", True)
    assert {(await anybody.get(f"{path}/{number}")).status_code for number in (1, 3, 4)} == {404}


async def test_the_reference_rows_have_versions_from_the_start(anybody: Api) -> None:
    path = f"/v1/products/{make_product_id('ccf-loan')}"
    product = (await anybody.get(path)).json()
    version = (await anybody.get(f"{path}/versions/{product['version']}")).json()
    assert version["product"] == {name: product[name] for name in version["product"]}


async def test_a_harvester_follows_what_is_shown_with_tombstones(funder: Api, anybody: Api) -> None:
    _, start = await follow(anybody)
    hidden, product = await draft(funder), await publish(funder)
    changed = await funder.put(f"/v1/products/{product['id']}", json={**GRANT, "name": "B"}, headers=at(product))
    suspended = await act(funder, changed.json(), "suspend")
    quiet = await funder.put(f"/v1/products/{product['id']}", json={**GRANT, "name": "C"}, headers=at(suspended))
    await act(funder, quiet.json(), "publish")
    found, end = await follow(anybody, start, limit=1)
    assert [(each["version"], each["change"]) for each in found if each["productId"] == product["id"]] == [
        (2, "published"), (3, "changed"), (4, "suspended"), (6, "published"),
    ]  # fmt: skip
    assert hidden["id"] not in {each["productId"] for each in found}
    assert await follow(anybody, end) == ([], end)


async def test_the_cursor_loses_nothing_while_many_write_at_once(platform: Platform) -> None:
    """A reader asks all the time; writers that began earlier may commit later."""
    database = platform.runtimes["finance-directory"].database
    written: list[uuid.UUID] = []
    seen: list[uuid.UUID] = []
    finished = anyio.Event()

    async def write(number: int) -> None:
        actor = Principal(f"client-{number}", uuid.uuid4(), frozenset({"finance:write"}))
        async with database.transaction(actor.identities) as session:
            now = datetime.now(UTC)
            said = ProductGiven.model_validate(GRANT)
            product_id = await draft_product(session, said, actor=actor, now=now)
            await publish_product(session, product_id, PublicationGiven(), version=ANY_VERSION, actor=actor, now=now)
            written.append(product_id)
            await anyio.lowlevel.checkpoint()

    async def read(position: int) -> None:
        last = False
        while True:
            async with database.transaction(("public",), read_only=True) as session:
                rows = await list_changes(session, after=position, limit=3)
            seen.extend(row.product_id for row in rows)
            position = rows[-1].position if rows else position
            if not rows and last:
                return
            last = finished.is_set() and not rows

    async with database.transaction() as session:
        start = await session.scalar(text("SELECT position FROM directory_clock")) or 0
    async with anyio.create_task_group() as everybody:
        everybody.start_soon(read, start)
        async with anyio.create_task_group() as writers:
            for number in range(12):
                writers.start_soon(write, number)
        finished.set()
    assert sorted(seen) == sorted(written)


async def test_a_schedule_publishes_and_takes_off(platform: Platform, funder: Api, anybody: Api) -> None:
    product = await draft(funder)
    today = datetime.now(UTC).date()
    path = f"/v1/products/{product['id']}"
    plan = {"publishOn": str(today + timedelta(days=2)), "unpublishOn": str(today + timedelta(days=5))}
    planned = await act(funder, product, "publish", **plan)
    assert (planned["publication"], planned["publishOn"], planned["unpublishOn"]) == ("draft", *plan.values())
    background = platform.background["finance-directory"]
    await process_due_products(background, Turns("a test"))
    assert (await anybody.get(path)).status_code == 404
    shown = []
    for days in (2, 3, 5):
        at_noon = datetime.now(UTC).replace(hour=12) + timedelta(days=days)
        async with background.database.transaction() as session:
            assert (uuid.UUID(product["id"]) in await list_due(session, at_noon.date())) is (days != 3)
            await follow_schedule(session, uuid.UUID(product["id"]), now=at_noon)
        shown.append((await anybody.get(path)).status_code)
    assert shown == [200, 200, 404]
    versions = (await funder.get(f"{path}/versions")).json()["items"]
    assert [each["change"] for each in versions] == ["suspended", "published", "drafted", "drafted"]


async def test_days_in_the_wrong_order_are_refused(funder: Api) -> None:
    product = await draft(funder)
    given = {"publishOn": "2099-02-02", "unpublishOn": "2099-02-02"}
    answer = await funder.post(f"/v1/products/{product['id']}/actions/publish", json=given, headers=at(product))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "/unpublishOn")
