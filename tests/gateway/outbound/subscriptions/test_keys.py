"""The public keys that a subscription's events were ever signed with."""

import uuid
from datetime import datetime
from typing import Any

import pytest

from tests.gateway.conftest import Owner, path_of, read_pages, run_sql

pytestmark = pytest.mark.anyio


async def list_keys(owner: Owner, subscription: dict[str, Any]) -> list[dict[str, Any]]:
    (page,) = await read_pages(owner.api, path_of(subscription) + "/keys")
    return page


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_every_key_stays_with_its_dates(owner: Owner) -> None:
    subscription = await owner.subscribe()
    hours = (24, 0)
    made = [
        subscription,
        *[await owner.ask(subscription, "actions/rotate-secret", overlapHours=each) for each in hours],
    ]
    keys = await list_keys(owner, subscription)
    assert [each["publicKey"] for each in keys] == [each["publicKey"] for each in reversed(made)]
    assert [each["from"] for each in keys] == sorted((each["from"] for each in keys), reverse=True)
    assert keys[-1]["from"] == subscription["madeAt"]
    assert "until" not in keys[0]
    # The last rotation had no overlap, so that all former keys went at once.
    assert {each["until"] for each in keys[1:]} == {keys[0]["from"]}


async def test_a_key_signs_until_its_overlap_ends(owner: Owner) -> None:
    subscription = await owner.subscribe()
    first = await owner.ask(subscription, "actions/rotate-secret", overlapHours=48)
    second = await owner.ask(subscription, "actions/rotate-secret", overlapHours=1)
    current, *former = await list_keys(owner, subscription)
    assert current["publicKey"] == second["publicKey"]
    assert [each["publicKey"] for each in former] == [first["publicKey"], subscription["publicKey"]]
    assert {each["until"] for each in former} == {second["formerKeysUntil"]}
    await owner.end(subscription)
    ended = (await owner.show(subscription))["endedAt"]
    assert {each["until"] for each in await list_keys(owner, subscription)} == {ended}


async def test_a_fourth_key_ends_the_first_though_its_overlap_is_longer(owner: Owner) -> None:
    """Three sign at the most."""
    subscription = await owner.subscribe()
    for _ in range(3):
        await owner.ask(subscription, "actions/rotate-secret", overlapHours=100)
    newest, _, _, first = await list_keys(owner, subscription)
    assert first["until"] == newest["from"]


async def test_keys_that_signed_before_there_was_a_record_are_added(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.ask(subscription, "actions/rotate-secret")
    await run_sql(
        owner.platform, "DELETE FROM subscription_keys WHERE subscription_id = :id", id=uuid.UUID(subscription["id"])
    )
    await owner.ask(subscription, "actions/rotate-secret")
    current, *former = await list_keys(owner, subscription)
    assert "until" not in current
    assert [each["from"] for each in former] == [subscription["madeAt"]] * 2
    assert all(instant(each["until"]) > instant(current["from"]) for each in former)


async def test_the_list_is_paged(owner: Owner) -> None:
    subscription = await owner.subscribe()
    for _ in range(4):
        await owner.ask(subscription, "actions/rotate-secret")
    pages = await read_pages(owner.api, path_of(subscription) + "/keys", limit=2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [each for page in pages for each in page] == await list_keys(owner, subscription)


async def test_scope_and_owner(owner: Owner) -> None:
    path = path_of(await owner.subscribe()) + "/keys"
    assert (await (await owner.new_client(scopes="subscriptions:write")).get(path)).status_code == 403
    assert (await (await owner.new_client()).get(path)).status_code == 404
