"""Which events of a chain a subscriber has not acknowledged, and which were not for it."""

import uuid
from typing import Any

import pytest

from rtp_gateway.outbound.deliveries import gaps
from tests.conftest import Api
from tests.gateway.conftest import Owner, path_of, read_pages
from tests.support.webhooks import answering, choking_on, no_content, subscribe

pytestmark = pytest.mark.anyio


async def list_gaps(api: Api, subscription: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = await api.get(path_of(subscription) + "/gaps", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_nothing_is_missing_where_all_arrived(owner: Owner) -> None:
    subscription = await owner.subscribe()
    assert await list_gaps(owner.api, subscription) == {"items": [], "next": None}
    await owner.publish(uuid.uuid4(), 1, 2)
    await owner.new_worker().drain()
    assert await list_gaps(owner.api, subscription) == {"items": [], "next": None}


async def test_what_is_missing_is_listed_by_chain_with_its_state(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1, 2)
    await owner.publish(case_id, 1, service="finance-directory")
    await owner.worker.drain()
    owner.receiver.answer = choking_on(case_id)
    dead, waits = await owner.publish(case_id, 3, 4)
    (foreign,) = await owner.publish(case_id, 2, service="finance-directory")
    await owner.let_die()
    (one, other) = (await list_gaps(owner.api, subscription))["items"]
    type_ = "org.righttoprovide.applications.case-opened.v1"
    assert one == {
        "caseId": str(case_id),
        "source": "http://rtp.test/applications",
        "acknowledgedThrough": 2,
        "missing": [
            {"eventId": str(dead.event_id), "sequence": 3, "type": type_, "state": "dead"},
            {"eventId": str(waits.event_id), "sequence": 4, "type": type_, "state": "pending"},
        ],
        "notForYou": [],
    }
    assert (other["source"], other["acknowledgedThrough"]) == ("http://rtp.test/finance-directory", 1)
    assert [each["eventId"] for each in other["missing"]] == [str(foreign.event_id)]


async def test_what_was_skipped_stays_missing_until_it_is_replayed(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(case_id)
    dead, _ = await owner.publish(case_id, 1, 2)
    await owner.let_die()
    owner.receiver.answer = no_content
    await owner.ask(subscription, f"dead-letters/{dead.event_id}/actions/skip")
    await owner.worker.drain()
    (chain,) = (await list_gaps(owner.api, subscription))["items"]
    assert chain["acknowledgedThrough"] == 2
    assert [(each["sequence"], each["state"]) for each in chain["missing"]] == [(1, "skipped")]
    await owner.ask(subscription, "actions/replay", eventIds=[str(dead.event_id)])
    await owner.worker.drain()
    assert (await list_gaps(owner.api, subscription))["items"] == []


async def test_every_number_of_a_case_is_accounted_for(owner: Owner) -> None:
    case_id = uuid.uuid4()
    await owner.publish(case_id, 1)  # before the subscription
    subscription = await owner.subscribe()
    await owner.publish(case_id, 2, readers=["client:somebody-else", "system"])
    await owner.publish(case_id, 3, 4)
    await owner.new_worker().drain()
    owner.receiver.answer = answering(500)
    await owner.publish(case_id, 6)  # the fifth is still on its way to us
    await owner.publish(case_id, 7, readers=["client:somebody-else", "system"])
    await owner.new_worker().drain()
    page = await list_gaps(owner.api, subscription, caseId=str(case_id))
    (chain,) = page["items"]
    assert (chain["acknowledgedThrough"], chain["notForYou"]) == (4, [1, 2, 5])
    assert [each["sequence"] for each in chain["missing"]] == [6]
    assert page["next"] is None
    accounted = {
        *chain["notForYou"],
        *[each["sequence"] for each in chain["missing"]],
        *owner.receiver.sequences(case_id),
    }
    assert accounted == {1, 2, 3, 4, 5, 6}  # nothing tells that there is a seventh


async def test_of_a_case_that_is_not_ones_own_nothing_is_told(owner: Owner) -> None:
    stranger, case_id = await owner.new_client(), uuid.uuid4()
    subscription = await subscribe(stranger, owner.receiver.url)
    await owner.publish(case_id, 1, 2)
    known = await list_gaps(stranger, subscription, caseId=str(case_id))
    assert known == await list_gaps(stranger, subscription, caseId=str(uuid.uuid4())) == {"items": [], "next": None}


async def test_gaps_are_paged_by_case(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.ask(subscription, "actions/pause")
    cases = sorted((uuid.uuid4() for _ in range(5)), key=str)
    for case_id in cases:
        await owner.publish(case_id, 1, 2)
        await owner.publish(case_id, 1, service="finance-directory")
    pages = await read_pages(owner.api, path_of(subscription) + "/gaps", limit=2)
    assert (
        [[each["caseId"] for each in page] for page in pages]
        == [
            [str(case_id) for case_id in some for _ in range(2)]  # both chains of each case
            for some in (cases[:2], cases[2:4], cases[4:])
        ]
    )
    wrong = await owner.api.get(path_of(subscription) + "/gaps", params={"after": "nonsense"})
    assert wrong.status_code == 422


async def test_what_may_not_be_seen_any_more_does_not_end_the_list_early(owner: Owner) -> None:
    """As when the client moved to another organisation, by which it saw some of its events."""
    subscription = await owner.subscribe()
    await owner.ask(subscription, "actions/pause")
    cases = sorted((uuid.uuid4() for _ in range(5)), key=str)
    for number, case_id in enumerate(cases):
        by = f"client:{owner.api.client_id}" if number in (0, 3, 4) else f"org:{owner.api.organisation}"
        await owner.publish(case_id, 1, readers=[by, "system"])
    async with owner.platform.gateway.database.transaction([f"client:{owner.api.client_id}"]) as session:
        found = await gaps.list_gaps(session, uuid.UUID(subscription["id"]), limit=2, after=None)
    assert [each.case_id for each in found] == [cases[0], cases[3], cases[4]]
