"""Data of events goes when it must; sequences, hashes and chains stay."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.erasure.commands import delete_old_attempts, erase_old
from rtp_shared import contracts
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from rtp_shared.contracts.applications import PartyChanged
from tests.conftest import Api, NewClient
from tests.gateway.conftest import Owner, list_wrong_fields
from tests.support.tables import open_as
from tests.support.webhooks import Received, answering, feed

pytestmark = pytest.mark.anyio
EXAMPLE = (Path(contracts.__file__).parent / "examples" / f"{PartyChanged.TYPE}.json").read_text()


@pytest.fixture
async def officer(new_client: NewClient) -> Api:
    return await new_client(scopes="events:erase events:read")


async def publish_chain(owner: Owner, parties: list[uuid.UUID]) -> list[bytes]:
    """One event about each party, in one chain of a case; their bytes."""
    case_id, previous, bodies = uuid.uuid4(), None, list[bytes]()
    for sequence, party in enumerate(parties, 1):
        content = json.loads(EXAMPLE)["data"] | {"caseId": str(case_id), "partyId": str(party)}
        data = PartyChanged.model_validate(content)
        (sent,) = await owner.publish(case_id, sequence, data=data, previous=previous)
        previous = events.compute_digest(sent.body)
        bodies.append(sent.body)
    return bodies


async def test_a_person_is_erased_and_the_chain_still_holds(owner: Owner, officer: Api) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    await owner.subscribe()
    owner.receiver.answer = answering(204)
    bodies = await publish_chain(owner, [one, other, one, other])
    answer = await officer.post("/v1/erasures", json={"reference": str(one)})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"events": 2, "answers": 0}

    kept = await feed(owner.api)
    assert [each.get("data", {}).get("partyId") for each in kept] == [None, str(other), None, str(other)]
    assert [each["sequence"] for each in kept] == [f"{number:010d}" for number in (1, 2, 3, 4)]
    assert str(one) not in json.dumps(kept)
    for before, after, published in zip(kept, kept[1:], bodies, strict=False):
        assert after["previoushash"] == events.compute_digest(published)
        if "data" not in before:
            assert before["eventhash"] == after["previoushash"]
            assert before["erasedat"]
    # What was still to be sent goes out as it stands now.
    await owner.new_worker().drain()
    assert ["data" in json.loads(each.body) for each in owner.receiver.received] == [False, True, False, True]
    assert (await officer.post("/v1/erasures", json={"reference": str(one)})).json()["events"] == 0


async def test_answers_about_a_person_go_too(owner: Owner, officer: Api) -> None:
    party = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = lambda _: web.Response(text=f"stored {party}")
    (sent,) = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    assert (await owner.attempts(subscription, sent.event_id))[0]["answer"] == f"stored {party}"
    answer = await officer.post("/v1/erasures", json={"reference": str(party)})
    assert answer.json() == {"events": 0, "answers": 1}
    assert (await owner.attempts(subscription, sent.event_id))[0]["answer"] is None


async def test_only_whoever_may_erases(api: Api, officer: Api) -> None:
    assert (await api.post("/v1/erasures", json={"reference": str(uuid.uuid4())})).status_code == 403
    refused = await officer.post("/v1/erasures", json={"reference": "short"})
    assert list_wrong_fields(refused)[0] == "/reference"


@pytest.mark.parametrize("kind", ["web", "delivery"])
async def test_a_process_can_change_nothing_else_of_an_event(platform: Platform, kind: str) -> None:
    for change in ("UPDATE events SET hash = ''", "UPDATE events SET readers = '{}'", "DELETE FROM events"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with open_as(platform.gateway, kind) as session:
                await session.execute(text(change))


async def test_payloads_go_when_they_have_served_their_time_but_not_before_they_are_delivered(owner: Owner) -> None:
    owner.receiver.answer = answering(500)
    await owner.publish(uuid.uuid4(), 1)
    subscription = await owner.subscribe()
    (waits,) = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    now = utcnow() + timedelta(days=500)
    async with owner.platform.background["gateway"].database.transaction() as session:
        while await erase_old(session, before=now, now=now):
            pass
    kept = {each["id"]: each for each in await feed(owner.api)}
    assert "data" in kept.pop(str(waits.event_id))
    assert all("data" not in each and each["erasedat"] for each in kept.values())
    assert kept
    assert len(await owner.attempts(subscription, waits.event_id)) == 1
    for days, left in ((-1, 1), (1, 0)):
        async with owner.platform.background["gateway"].database.transaction() as session:
            await delete_old_attempts(session, before=utcnow() + timedelta(days=days))
        assert len(await owner.attempts(subscription, waits.event_id)) == left


@pytest.mark.parametrize("status", [200, 500])
async def test_an_answer_that_comes_after_the_erasure_is_not_kept(owner: Owner, officer: Api, status: int) -> None:
    party = uuid.uuid4()
    subscription = await owner.subscribe()

    async def erase_meanwhile(_: Received) -> web.StreamResponse:
        assert (await officer.post("/v1/erasures", json={"reference": str(party)})).json()["events"] == 1
        return web.Response(status=status, text="stored Jo Bloggs")

    await publish_chain(owner, [party])
    owner.receiver.answer = erase_meanwhile
    await owner.new_worker().drain()
    [delivery] = await owner.deliveries(subscription)
    [attempt] = await owner.attempts(subscription, delivery["eventId"])
    assert (attempt["status"], attempt["answer"]) == (status, None)
