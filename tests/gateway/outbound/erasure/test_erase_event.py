"""The one function that changes an event: it takes nobody's bytes, and asks who reads."""

import json
import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rtp_gateway.forms.rendering import thin_out
from rtp_shared.bus import Message
from rtp_shared.clock import utcnow
from rtp_shared.contracts.events import compute_digest
from rtp_shared.identities import PUBLIC, SYSTEM
from tests.gateway.conftest import Owner, run_sql
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
ERASE = "SELECT erase_event(position, :at) FROM events WHERE event_id = :id"
READ = "SELECT body, hash, erased_at FROM events WHERE event_id = :id"


@pytest.fixture
async def sent(owner: Owner) -> Message:
    await owner.subscribe()
    (sent,) = await owner.publish(uuid.uuid4(), 1)
    return sent


async def test_it_makes_the_thin_form_that_receivers_know(owner: Owner, sent: Message) -> None:
    now = utcnow()
    async with open_as(owner.platform.gateway, "delivery") as session:
        await session.execute(text(ERASE), {"at": now, "id": sent.event_id})
    ((body, hash_, erased_at),) = await run_sql(owner.platform, READ, id=sent.event_id)
    assert list(json.loads(body).items()) == list(json.loads(thin_out(sent.body, hash_, now)).items())
    assert (hash_.hex(), erased_at) == (compute_digest(sent.body), now)
    assert thin_out(body, hash_) == body


async def test_to_erase_again_changes_nothing(owner: Owner, sent: Message) -> None:
    kept: list[Any] = []
    for at in (utcnow(), utcnow()):
        async with open_as(owner.platform.gateway, "delivery") as session:
            await session.execute(text(ERASE), {"at": at, "id": sent.event_id})
        kept += await run_sql(owner.platform, READ, id=sent.event_id)
    assert kept[0] == kept[1]


async def test_it_keeps_attributes_as_they_were_written(owner: Owner, sent: Message) -> None:
    written = '{"id": "1", "q": "a \\"quoted\\" \\u2014 \u2014", "n": 1.50, "data": {"secret": 1}, "z": null}'.encode()
    await run_sql(owner.platform, "UPDATE events SET body = :body WHERE event_id = :id", body=written, id=sent.event_id)
    async with open_as(owner.platform.gateway, "delivery") as session:
        await session.execute(text(ERASE), {"at": utcnow(), "id": sent.event_id})
    ((body, *_),) = await run_sql(owner.platform, READ, id=sent.event_id)
    assert body.decode().startswith('{"id":"1","q":"a \\"quoted\\" \\u2014 \u2014","n":1.50,"z":null,"eventhash":')
    assert b"secret" not in body


@pytest.mark.parametrize("readers", [PUBLIC, (), ("client:somebody",)], ids=["public", "nobody", "a client"])
async def test_only_the_system_erases(owner: Owner, sent: Message, readers: Sequence[str]) -> None:
    ((position,),) = await run_sql(owner.platform, "SELECT position FROM events WHERE event_id = :id", id=sent.event_id)
    with pytest.raises(DBAPIError, match="only the system erases events"):
        async with open_as(owner.platform.gateway, "web", readers) as session:
            await session.execute(text("SELECT erase_event(:position, now())"), {"position": position})
    assert (await run_sql(owner.platform, READ, id=sent.event_id))[0].body == sent.body


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("named", [True, False])
async def test_the_web_process_erases_what_two_persons_asked_for(
    owner: Owner, sent: Message, named: bool, confirmed: bool
) -> None:
    person = json.loads(sent.body)["data"]["caseId"] if named else str(uuid.uuid4())
    asked = """
        INSERT INTO erasures (kind, person_id, asked_by, asked_client, asked_at, confirmed_at)
        VALUES ('adviser', CAST(:person AS uuid), 'p-1', 'test', now(), CASE WHEN :confirmed THEN now() END)
    """
    await run_sql(owner.platform, asked, person=person, confirmed=confirmed)
    refused = nullcontext() if named and confirmed else pytest.raises(DBAPIError, match="nobody asked")
    with refused:
        async with open_as(owner.platform.gateway, "web") as session:
            await session.execute(text(ERASE), {"at": utcnow(), "id": sent.event_id})
    ((_, _, erased_at),) = await run_sql(owner.platform, READ, id=sent.event_id)
    assert (erased_at is not None) == (named and confirmed)


async def test_nobody_hands_it_bytes(owner: Owner) -> None:
    with pytest.raises(DBAPIError, match=r"function erase_event.* does not exist"):
        async with open_as(owner.platform.gateway, "web", SYSTEM) as session:
            await session.execute(text("SELECT erase_event(1, 'forged'::bytea, now())"))


async def test_what_runs_by_its_owner_s_rights_looks_up_no_name_that_another_may_make(owner: Owner) -> None:
    paths = await run_sql(
        owner.platform,
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
    )
    found = dict(tuple(row) for row in paths)
    assert "erase_event" in found
    assert {name: path for name, path in found.items() if path != ["search_path=pg_catalog, pg_temp"]} == {}
