"""Data of events goes when it must; sequences, hashes and chains stay."""

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.erasure.commands import delete_old_attempts, erase_old
from rtp_gateway.outbound.provisioning.orphans import run_orphan_cleanup as clean_up_orphans
from rtp_gateway.outbound.provisioning.worker import run_provisioning
from rtp_gateway.retention import run_retention as erase_hourly
from rtp_shared import contracts
from rtp_shared.bus import Message
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from rtp_shared.contracts.applications import PartyChanged
from rtp_shared.retention import run_retention
from rtp_shared.run import build_consumer
from rtp_shared.service import Runtime
from tests.conftest import Api, NewClient
from tests.gateway.conftest import Owner
from tests.support.webhooks import answering

pytestmark = pytest.mark.anyio
EXAMPLE = (Path(contracts.__file__).parent / "examples" / f"{PartyChanged.TYPE}.json").read_text()


async def eraser(new_client: NewClient) -> Api:
    return await new_client(scopes="events:erase events:read")


async def publish_chain(platform: Platform, api: Api, parties: list[uuid.UUID]) -> tuple[uuid.UUID, list[bytes]]:
    """One event about each party, in one chain; the case, and the events' bytes."""
    case_id, previous, bodies = uuid.uuid4(), None, []
    for sequence, party in enumerate(parties, 1):
        data = PartyChanged.model_validate(
            json.loads(EXAMPLE)["data"] | {"caseId": str(case_id), "partyId": str(party)}
        )
        event_id, body = events.write(
            data,
            base_url="http://rtp.test",
            service="applications",
            subject_id=case_id,
            sequence=sequence,
            dataref="/v1",
            previous=previous,
        )
        previous = events.compute_digest(body)
        bodies.append(body)
        message = Message(event_id, data.TYPE, case_id, (f"client:{api.client_id}", "system"), body)
        await build_consumer(platform.gateway).receive(message)
    return case_id, bodies


async def feed_of(api: Api) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await api.get("/v1/events", params={"limit": 200})).json()["items"]
    return items


async def test_a_person_is_erased_and_the_chain_still_holds(owner: Owner) -> None:
    officer = await eraser(owner.new_client)
    one, other = uuid.uuid4(), uuid.uuid4()
    await owner.subscribe()
    owner.receiver.answer = answering(204)
    _, bodies = await publish_chain(owner.platform, owner.api, [one, other, one, other])
    answer = await officer.post("/v1/erasures", json={"reference": str(one)})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"events": 2, "answers": 0}

    kept = await feed_of(owner.api)
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
    assert ["data" in json.loads(each.body) for each in owner.receiver.received] == [
        False,
        True,
        False,
        True,
    ]
    assert (await officer.post("/v1/erasures", json={"reference": str(one)})).json()["events"] == 0


async def test_answers_about_a_person_go_too(owner: Owner) -> None:
    officer, party = await eraser(owner.new_client), uuid.uuid4()
    made = await owner.subscribe()
    owner.receiver.answer = lambda _: web.Response(text=f"stored {party}")
    (sent,) = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    path = f"/v1/subscriptions/{made['id']}/deliveries/{sent.event_id}/attempts"
    assert (await owner.api.get(path)).json()["items"][0]["answer"] == f"stored {party}"
    answer = await officer.post("/v1/erasures", json={"reference": str(party)})
    assert answer.json() == {"events": 0, "answers": 1}
    assert (await owner.api.get(path)).json()["items"][0]["answer"] is None


async def test_only_whoever_may_erases(api: Api, new_client: NewClient) -> None:
    assert (await api.post("/v1/erasures", json={"reference": str(uuid.uuid4())})).status_code == 403
    officer = await eraser(new_client)
    refused = await officer.post("/v1/erasures", json={"reference": "short"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "/reference"


async def test_the_application_s_role_can_change_nothing_else_of_an_event(platform: Platform) -> None:
    for change in ("UPDATE events SET hash = ''", "UPDATE events SET readers = '{}'", "DELETE FROM events"):
        with pytest.raises(Exception, match="permission denied"):
            async with platform.gateway.database.transaction() as session:
                await session.execute(text(change))


async def test_payloads_go_when_they_have_served_their_time_but_not_before_they_are_delivered(owner: Owner) -> None:
    owner.receiver.answer = answering(500)
    await owner.publish(uuid.uuid4(), 1)
    made = await owner.subscribe()
    (waits,) = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    now = utcnow() + timedelta(days=500)
    async with owner.platform.gateway.database.transaction() as session:
        while await erase_old(session, before=now, now=now):
            pass
    kept = {each["id"]: each for each in await feed_of(owner.api)}
    assert "data" in kept.pop(str(waits.event_id))
    assert all("data" not in each and each["erasedat"] for each in kept.values())
    assert kept
    path = f"/v1/subscriptions/{made['id']}/deliveries/{waits.event_id}/attempts"
    assert len((await owner.api.get(path)).json()["items"]) == 1
    async with owner.platform.gateway.database.transaction() as session:
        await delete_old_attempts(session, before=utcnow() - timedelta(days=1))
    assert len((await owner.api.get(path)).json()["items"]) == 1
    async with owner.platform.gateway.database.transaction() as session:
        await delete_old_attempts(session, before=utcnow() + timedelta(days=1))
    assert (await owner.api.get(path)).json()["items"] == []


class Starting:
    """A database that is just starting up, as the driver says it while connecting."""

    def transaction(self, **_: Any) -> Any:
        raise asyncpg.CannotConnectNowError("the database system is starting up")


@pytest.mark.parametrize(
    "loop",
    [
        erase_hourly,
        clean_up_orphans,
        run_provisioning,
        lambda runtime: run_retention(runtime.database, runtime.settings),
    ],
    ids=["erasure", "orphans", "provisioning", "retention"],
)
async def test_a_database_that_starts_up_ends_no_loop(
    platform: Platform, loop: Callable[[Runtime], Coroutine[Any, Any, None]]
) -> None:
    """A worker ends with the first of its loops."""
    settings = platform.gateway.settings.model_copy(
        update={"broker_url": SecretStr("amqp://rtp.test"), "broker_management_url": SecretStr("http://rtp.test")}
    )
    runtime = replace(platform.gateway, settings=settings, database=Starting())  # type: ignore[arg-type]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await loop(runtime)
