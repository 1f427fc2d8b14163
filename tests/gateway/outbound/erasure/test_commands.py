"""Data of events goes when it must; sequences, hashes and chains stay."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.erasure.commands import delete_old_attempts, erase_old
from rtp_shared import contracts
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from rtp_shared.contracts.advice_matching import SupportAgreed, SupportProposed
from rtp_shared.contracts.applications import PartyChanged
from tests.conftest import Api, NewClient
from tests.gateway.conftest import Owner, assert_refused, run_sql
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


def name(person: uuid.UUID, kind: str = "party") -> dict[str, str]:
    return {"kind": kind, "id": str(person)}


async def ask(api: Api, person: uuid.UUID, kind: str = "party", *, by: str = "p-one") -> httpx.Response:
    return await api.post("/v1/erasures", json=name(person, kind), headers={"On-Behalf-Of": by})


async def confirm(api: Api, asked: httpx.Response, *, by: str = "p-two", etag: str = "") -> httpx.Response:
    headers = {"On-Behalf-Of": by, "If-Match": etag or asked.headers["etag"]}
    return await api.post(f"/v1/erasures/{asked.json()['id']}/actions/confirm", headers=headers)


async def test_a_person_is_erased_and_the_chain_still_holds(owner: Owner, officer: Api) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    await owner.subscribe()
    owner.receiver.answer = answering(204)
    bodies = await publish_chain(owner, [one, other, one, other])
    asked = await ask(officer, one)
    assert asked.status_code == 201, asked.text
    erased = await confirm(officer, asked)
    assert erased.status_code == 200, erased.text
    assert (erased.json()["events"], erased.json()["answers"]) == (2, 0)

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
    again = await ask(officer, one)
    assert (again.status_code, again.json()["findings"]["events"]) == (201, 0)


async def test_what_would_go_is_listed_and_nothing_goes(owner: Owner, officer: Api) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    await publish_chain(owner, [one, other, one])
    answer = await officer.post("/v1/erasures", params={"dryRun": True}, json=name(one))
    assert answer.status_code == 200, answer.text
    whole = await feed(owner.api)
    named = [each["id"] for each in whole if each["data"]["partyId"] == str(one)]
    assert [each["eventId"] for each in answer.json()["items"]] == named
    assert {(each["type"], each["subjectId"]) for each in answer.json()["items"]} == {
        (PartyChanged.TYPE, whole[0]["caseid"])
    }
    asked = await ask(officer, one)
    assert asked.json()["findings"] == answer.json()
    shown = await officer.get(asked.headers["location"])
    assert (shown.json(), shown.headers["etag"]) == (asked.json(), asked.headers["etag"])
    assert await feed(owner.api) == whole
    assert await run_sql(owner.platform, "SELECT 1 FROM erasures WHERE person_id = :id", id=one) == [(1,)]


async def test_it_takes_two_people(owner: Owner, officer: Api, new_client: NewClient) -> None:
    one = uuid.uuid4()
    await publish_chain(owner, [one])
    asked = await ask(officer, one)
    other_client = await new_client(scopes="events:erase")
    for api in (officer, other_client):  # the same human has the same reference, whoever vouches
        assert_refused(await confirm(api, asked, by="p-one"), 409, "second-person-needed")
    assert_refused(await confirm(officer, asked, by=f"client.{other_client.client_id}"), 403, "not-that-person")
    assert "data" in (await feed(owner.api))[0]
    assert (await confirm(officer, asked)).status_code == 200
    assert_refused(await confirm(officer, asked, by="p-three", etag="*"), 409, "already-erased")


async def test_the_second_person_confirms_what_was_listed_and_nothing_else(owner: Owner, officer: Api) -> None:
    one = uuid.uuid4()
    await publish_chain(owner, [one])
    asked = await ask(officer, one)
    await publish_chain(owner, [one])
    assert (await confirm(officer, asked)).status_code == 412
    assert all("data" in each for each in await feed(owner.api))
    shown = await officer.get(asked.headers["location"])
    assert (await confirm(officer, shown)).json()["events"] == 2


async def test_one_that_was_asked_for_too_long_ago_has_lapsed(owner: Owner, officer: Api) -> None:
    one = uuid.uuid4()
    await publish_chain(owner, [one])
    asked = await ask(officer, one)
    await run_sql(
        owner.platform, "UPDATE erasures SET asked_at = asked_at - interval '8 days' WHERE person_id = :id", id=one
    )
    assert_refused(await confirm(officer, asked), 409, "erasure-lapsed")


async def test_only_people_are_erased_and_only_as_what_they_are(owner: Owner, officer: Api) -> None:
    """Not by the id of a case, an event or an organisation, nor by a word that many events hold."""
    party = uuid.uuid4()
    await publish_chain(owner, [party])
    [event] = await feed(owner.api)
    nobody = [(uuid.UUID(event["caseid"]), "party"), (uuid.UUID(event["id"]), "party"), (party, "adviser")]
    for id_, kind in nobody:
        assert_refused(await ask(officer, id_, kind), 404, "no-such-person")
    for wrong in ({"kind": "party", "id": "appointed"}, {"kind": "case", "id": str(party)}, {"reference": str(party)}):
        assert (await officer.post("/v1/erasures", json=wrong)).status_code == 422
    assert await feed(owner.api) == [event]


async def test_advisers_are_found_alone_and_in_lists(owner: Owner, officer: Api) -> None:
    one, other, case_id = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    request, now = uuid.uuid4(), utcnow()
    proposed = SupportProposed(case_id=case_id, support_request_id=request, adviser_ids=[other, one], proposed_at=now)
    agreed = SupportAgreed(case_id=case_id, support_request_id=request, adviser_id=one, agreed_at=now)
    for sequence, data in enumerate((proposed, agreed), 1):
        await owner.publish(case_id, sequence, data=data)
    for adviser, events_ in ((one, 2), (other, 1)):
        assert (await ask(officer, adviser, "adviser")).json()["findings"]["events"] == events_
    assert_refused(await ask(officer, request, "adviser"), 404, "no-such-person")


async def test_answers_about_a_person_go_too(owner: Owner, officer: Api) -> None:
    party, case_id = uuid.uuid4(), uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = lambda _: web.Response(text=f"stored {party} of {case_id}")
    (sent,) = await owner.publish(case_id, 1)
    await owner.new_worker().drain()
    assert_refused(
        await ask(officer, party), 404, "no-such-person"
    )  # no event names it, so nobody knows that it is one
    assert_refused(await ask(officer, case_id), 404, "no-such-person")
    await publish_chain(owner, [party])
    asked = await ask(officer, party)
    assert (asked.json()["findings"]["events"], asked.json()["findings"]["answers"]) == (1, 1)
    assert (await confirm(officer, asked)).json()["answers"] == 1
    assert (await owner.attempts(subscription, sent.event_id))[0]["answer"] is None


async def test_only_whoever_may_erases(api: Api, officer: Api) -> None:
    assert (await api.post("/v1/erasures", json=name(uuid.uuid4()))).status_code == 403
    assert (await api.get(f"/v1/erasures/{uuid.uuid4()}")).status_code == 403
    assert_refused(await officer.get(f"/v1/erasures/{uuid.uuid4()}"), 404, "no-such-erasure")


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
        erased = await confirm(officer, await ask(officer, party))
        assert erased.json()["events"] == 1, erased.text
        return web.Response(status=status, text="stored Jo Bloggs")

    await publish_chain(owner, [party])
    owner.receiver.answer = erase_meanwhile
    await owner.new_worker().drain()
    [delivery] = await owner.deliveries(subscription)
    [attempt] = await owner.attempts(subscription, delivery["eventId"])
    assert (attempt["status"], attempt["answer"]) == (status, None)
