"""The feed: everything a caller may see, nothing else, in one order without gaps."""

import asyncio
import base64
import hashlib
import json
import uuid
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.app import service as gateway
from rtp_gateway.forms import rendering
from rtp_gateway.outbound.feed import queries as feed_queries
from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.subscriptions import queries
from rtp_gateway.outbound.subscriptions.errors import NoSuchSubscription
from rtp_operations import databases
from rtp_shared.clock import utcnow
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from rtp_shared.identities import Principal
from rtp_shared.run import build_consumer
from tests.conftest import Api, NewClient
from tests.gateway.conftest import Owner, assert_refused, read_pages, run_sql
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.revocation import wait_for_refusal
from tests.support.webhooks import message, publish, subscribe

pytestmark = pytest.mark.anyio
OF_ANOTHER_KEY = Fernet(base64.urlsafe_b64encode(bytes(32))).encrypt_at_time(b"cursor:events\n" + bytes(8), 0).decode()


async def read(api: Api, **params: Any) -> dict[str, Any]:
    answer = await api.get("/v1/events", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def read_all(api: Api, **params: Any) -> list[dict[str, Any]]:
    return [event for page in await read_pages(api, "/v1/events", **params) for event in page]


async def test_nobody_but_its_opener_learns_of_a_draft(owner: Owner) -> None:
    """Not the employing body, and not another client of the owner's organisation: not by feed, not by webhook."""
    council = await owner.new_client(organisation=employer_id())
    colleague = await owner.new_client(organisation=owner.api.organisation)
    for api in (council, colleague):
        await subscribe(api, owner.receiver.url)
    kept, disclosed = await open_case(owner.api), await open_case(owner.api)
    await submit_case(owner.api, disclosed)
    await owner.api.post(f"/v1/cases/{kept['id']}/actions/withdraw", headers={"If-Match": '"1"'})
    await owner.platform.drain_events()

    seen = await read_all(owner.api)
    of_kept = [event["type"].split(".")[-2] for event in seen if event.get("caseid") == kept["id"]]
    assert of_kept == ["case-opened", "case-withdrawn"]
    for api in (council, colleague):
        for event in await read_all(api):
            assert event.get("caseid") != kept["id"]
            assert event["type"] != CaseOpened.TYPE
    told = [json.loads(each.body) for each in owner.receiver.received]
    assert {event["caseid"] for event in told if event["subject"].startswith("cases/")} == {disclosed["id"]}
    everything = b"".join(each.body for each in owner.receiver.received)
    assert kept["id"].encode() not in everything
    types = {json.loads(each.body)["type"] for each in owner.receiver.received}
    assert CaseSubmitted.TYPE in types
    assert CaseOpened.TYPE not in types
    find = "SELECT position FROM deliveries WHERE case_id = :id"
    assert await run_sql(owner.platform, find, id=uuid.UUID(kept["id"])) == []  # not even waiting somewhere


async def test_the_feed_gives_the_published_bytes_oldest_first(platform: Platform, api: Api) -> None:
    sent = await publish(platform, api, uuid.uuid4(), *range(1, 8))
    page = await api.get("/v1/events", params={"limit": 3})
    assert page.content.startswith(b'{"items":[' + b",".join(each.body for each in sent[:3]) + b"]")
    assert [event["sequence"] for event in await read_all(api, limit=3)] == [f"{n:010d}" for n in range(1, 8)]


async def test_a_reader_can_always_go_on_from_its_cursor(platform: Platform, api: Api) -> None:
    case_id = uuid.uuid4()
    empty = await read(api)
    assert (empty["items"], empty["next"]) == ([], None)
    await publish(platform, api, case_id, 1, 2)
    first = await read(api, after=empty["cursor"])
    assert (len(first["items"]), first["next"]) == (2, None)
    nothing_new = await read(api, after=first["cursor"])
    assert (nothing_new["items"], nothing_new["next"], nothing_new["cursor"]) == ([], None, first["cursor"])
    await publish(platform, api, case_id, 3)
    assert [event["sequence"] for event in (await read(api, after=first["cursor"]))["items"]] == ["0000000003"]


async def test_only_events_of_the_types_asked_for(platform: Platform, api: Api) -> None:
    await submit_case(api, await open_case(api))
    await platform.drain_events()
    assert {event["type"] for event in await read_all(api, type=CaseSubmitted.TYPE)} == {CaseSubmitted.TYPE}
    two = [CaseOpened.TYPE, CaseSubmitted.TYPE]
    assert [event["type"] for event in await read_all(api, type=two)] == two
    assert len(await read_all(api)) > 1


async def publish_about(platform: Platform, api: Api, **about: Any) -> str:
    """The id of an event about such a case."""
    (sent,) = await publish(platform, api, uuid.uuid4(), 1, about=About(**about))
    return str(sent.event_id)


async def test_events_are_chosen_by_what_they_are_about(platform: Platform, api: Api) -> None:
    employer, commissioner = uuid.uuid4(), uuid.uuid4()
    abouts: list[dict[str, Any]] = [
        {"route": "right-to-provide", "sector": "adult-social-care", "employer": employer},
        {"route": "right-to-provide", "sector": "libraries", "region": "E12000007", "employer": employer},
        {"route": "community-right-to-challenge", "commissioner": commissioner, "region": "E12000007"},
        {},
    ]
    ids = [await publish_about(platform, api, **about) for about in abouts]
    for asked, found in (
        ({"route": "right-to-provide"}, [0, 1]),
        ({"region": "E12000007"}, [1, 2]),
        ({"region": "E12000007", "route": "right-to-provide"}, [1]),
        ({"employer": str(employer).upper()}, [0, 1]),
        ({"commissioner": commissioner}, [2]),
        ({"commissioner": employer}, []),
        ({"sector": "libraries"}, [1]),
        ({"sector": "librar"}, []),
        ({"route": "right-to-provide", "type": CaseSubmitted.TYPE}, []),
        ({"route": "right-to-provide", "type": [CaseSubmitted.TYPE, CaseOpened.TYPE], "limit": 1}, [0, 1]),
        ({}, [0, 1, 2, 3]),
    ):
        assert [event["id"] for event in await read_all(api, **asked)] == [ids[each] for each in found], asked


async def test_an_erased_event_stays_in_its_place_without_its_data(platform: Platform, api: Api) -> None:
    first, second, third = await publish(platform, api, uuid.uuid4(), 1, 2, 3)
    now = utcnow()
    thin = rendering.thin_out(second.body, hashlib.sha256(second.body).digest(), now)
    erase = "SELECT erase_event(position, :now) FROM events WHERE event_id = :id"
    await run_sql(platform, erase, now=now, id=second.event_id)
    page = await api.get("/v1/events")
    assert page.content.startswith(b'{"items":[' + b",".join((first.body, thin, third.body)) + b"]")


async def test_a_cursor_is_a_place_for_any_choice(platform: Platform, api: Api) -> None:
    ids = [await publish_about(platform, api, sector=sector) for sector in ("libraries", "housing", "libraries")]
    first = await read(api, sector="housing")
    assert [event["id"] for event in first["items"]] == [ids[1]]
    assert [event["id"] for event in await read_all(api, after=first["cursor"])] == [ids[2]]


async def test_a_subscriber_catches_up_with_just_what_was_made_for_it(owner: Owner) -> None:
    other = await owner.new_client(organisation=None)
    await owner.publish(uuid.uuid4(), 1)  # before there was a subscription
    all_of_it = await owner.subscribe()
    submitted = await owner.subscribe(types=[CaseSubmitted.TYPE])
    sent = await owner.publish(uuid.uuid4(), 1, 2, 3)
    caught = [event["id"] for event in await read_all(owner.api, subscription=all_of_it["id"], limit=2)]
    assert [each for each in caught if each in {str(each.event_id) for each in sent}] == [
        str(each.event_id) for each in sent
    ]
    delivered = (await owner.api.get(f"/v1/subscriptions/{all_of_it['id']}/deliveries")).json()["items"]
    assert caught == [each["eventId"] for each in reversed(delivered)]
    assert await read_all(owner.api, subscription=submitted["id"]) == []
    for api_, id_ in ((other, all_of_it["id"]), (owner.api, uuid.uuid4())):
        for path in ("/v1/events", "/v1/events/stream"):
            answer = await api_.get(path, params={"subscription": str(id_)})
            assert_refused(answer, 404, "no-such-subscription")


def sealed(platform: Platform, content: bytes) -> str:
    """What an insider with the key, but not a list, would make."""
    secret_box: SecretBox = platform.app.own.state.subscription_deps.secret_box
    return secret_box.seal(content).decode()


async def test_a_cursor_does_not_tell_what_its_reader_may_not_see(
    platform: Platform, api: Api, new_client: NewClient
) -> None:
    other = await new_client()
    await publish(platform, api, uuid.uuid4(), 1)
    await publish(platform, other, uuid.uuid4(), 1, 2, 3)
    await publish(platform, api, uuid.uuid4(), 1)
    first = await read(api, limit=1)
    second = await read(api, limit=1, after=first["next"])
    assert (len(first["items"]), len(second["items"]), second["next"]) == (1, 1, None)
    for subscription in (first["cursor"], second["cursor"]):
        assert len(subscription) < 500
        opened = base64.urlsafe_b64decode(subscription)
        with pytest.raises(ValueError, match=r"codec|Expecting|Extra"):
            json.loads(opened)
        # Version, time, 16 bytes of chance, and then nothing that is the same where the same is sealed twice.
        assert opened[9:] != base64.urlsafe_b64decode((await read(api, limit=1))["cursor"])[9:]
    assert len(first["cursor"]) == len(second["cursor"])


async def test_a_cursor_serves_its_own_list_only(owner: Owner) -> None:
    one, two = [(await owner.subscribe())["id"] for _ in range(2)]
    await owner.publish(uuid.uuid4(), 1, 2, 3)

    async def page(path: str, after: str | None) -> httpx.Response:
        return await owner.api.get(path, params={"limit": 1} | ({"after": after} if after else {}))

    paths = ["/v1/events", *(f"/v1/subscriptions/{each}/deliveries" for each in (one, two))]
    cursors = {path: (await page(path, None)).json()["next"] for path in paths}
    cursors["a webhook secret"] = sealed(owner.platform, bytes(32))
    for path in paths:
        for made_for, cursor in cursors.items():
            answer = await page(path, cursor)
            assert answer.status_code == (200 if path == made_for else 422), (path, made_for)
            if path != made_for:
                assert [error["field"] for error in answer.json()["errors"]] == ["after"]


def cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"), ("limit", "201"), ("limit", "many"), ("limit", ""),
        ("type", "no.such.type"), ("type", ""),
        ("wait", "31"), ("wait", "-1"), ("wait", "1.5"), ("wait", ""),
        ("employer", "GB-LAE-CMD"), ("commissioner", ""), ("subscription", "mine"),
        ("route", ""), ("route", "a b"), ("sector", "\x00"), ("region", "E" * 101),
        ("after", "£"), ("after", "{}"), ("after", "a" * 501), ("after", cursor()), ("after", cursor(-1)),
        ("after", cursor(2**63)), ("after", cursor("1")), ("after", cursor(1.5)), ("after", cursor(True)),
        ("after", cursor(None)), ("after", cursor(1, 2)), ("after", cursor([1])), ("after", "null"),
        ("after", cursor(1)), ("after", ""), ("after", "gAAAA"), ("after", "\x00"),
        pytest.param("after", OF_ANOTHER_KEY, id="after-of-another-key"),
    ],
)  # fmt: skip
async def test_bad_parameters_are_named(api: Api, name: str, value: str) -> None:
    answer = await api.get("/v1/events", params={name: value})
    assert answer.status_code == 422, answer.text
    named = {(error["in"], error["field"].removesuffix(".0")) for error in answer.json()["errors"]}  # the first of them
    assert named == {("query", name)}


async def test_the_scope_is_needed(new_client: NewClient) -> None:
    api = await new_client(scopes="cases:read")
    assert (await api.get("/v1/events")).status_code == 403


async def test_an_event_is_recorded_once(platform: Platform, api: Api) -> None:
    event = message(uuid.uuid4(), readers=[f"client:{api.client_id}"])  # even if a publisher forgets `system`
    for _ in range(3):
        await build_consumer(platform.background["gateway"]).receive(event)
    assert len(await read_all(api)) == 1


async def test_no_reader_misses_what_commits_late(platform: Platform, database_server: Postgres, api: Api) -> None:
    """Writers commit in every order they like; a reader that keeps its cursor sees every event once, in order."""
    url = database_server.url(gateway.database, gateway.get_role("delivery"))
    writing = True

    async def write(number: int) -> None:
        connection = await asyncpg.connect(url)
        try:
            for count in range(15):
                async with connection.transaction():
                    await connection.execute("SELECT set_config('rtp.readers', 'system', true)")
                    event = message(uuid.uuid4(), count + 1, readers=())
                    await connection.execute(
                        "INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about)"
                        " VALUES ($1, 't', $2, 's', 1, $3, $4, sha256($4), '{}')",
                        event.event_id, event.subject_id, [f"client:{api.client_id}", "system"], event.body,
                    )  # fmt: skip
                    await asyncio.sleep(0.004 * (number % 3))  # so that who drew first does not commit first
        finally:
            await connection.close()

    async def follow(at: str) -> list[str]:
        seen: list[str] = []
        while True:
            last_round = not writing
            page = await read(api, after=at, limit=7)
            seen += [event["id"] for event in page["items"]]
            at = page["cursor"]
            if last_round and not page["items"]:
                return seen

    follower = asyncio.create_task(follow((await read(api))["cursor"]))
    await asyncio.gather(*map(write, range(6)))
    writing = False
    seen = await follower
    assert len(seen) == len(set(seen)) == 90
    assert seen == [event["id"] for event in await read_all(api)]


async def test_models_and_migrations_agree(platform: Platform, database_server: Postgres) -> None:
    await databases.check(database_server.url(gateway.database, gateway.get_role("owner")), gateway)


async def test_the_queries_themselves_ask_only_for_what_may_be_seen(owner: Owner) -> None:
    """The first wall alone: as `system`, row-level security hides nothing."""
    other = await owner.new_client()
    subscription = await subscribe(other, owner.receiver.url)
    await publish(owner.platform, other, uuid.uuid4(), 1)
    async with owner.platform.gateway.database.transaction() as session:
        principal = Principal(owner.api.client_id, owner.api.organisation, frozenset())
        assert await feed_queries.list_events(session, principal=principal, after=0, limit=50) == []
        with pytest.raises(NoSuchSubscription):
            await queries.get_subscription(session, uuid.UUID(subscription["id"]), client_id=owner.api.client_id)
        of_mine = queries.list_subscriptions(session, client_id=owner.api.client_id, limit=50, after=None, status=None)
        assert await of_mine == []


async def test_row_level_security_stands_behind_feed_and_subscriptions(owner: Owner, database_server: Postgres) -> None:
    await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    connection = await asyncpg.connect(database_server.url(gateway.database, gateway.get_role("web")))
    mine = {
        "events": f"readers && ARRAY['client:{owner.api.client_id}']",
        "subscriptions": f"client_id = '{owner.api.client_id}'",
        "deliveries": f"client_id = '{owner.api.client_id}'",
    }
    try:
        for readers, seen in (
            (f"client:{owner.api.client_id}", 1),
            (f"org:{owner.api.organisation}", 0),
            ("public", 0),
            ("system", 1),
        ):
            async with connection.transaction():
                await connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
                for table, condition in mine.items():
                    count = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608
                    assert await connection.fetchval(count) == seen, (table, readers)
        for statement in (
            "DELETE FROM deliveries",
            "DELETE FROM subscriptions",
            "DELETE FROM events",
            "UPDATE events SET type = ''",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_client_that_moved_reads_nothing_of_its_former_organisation(platform: Platform, api: Api) -> None:
    await publish(platform, api, uuid.uuid4(), 1, readers=[f"org:{api.organisation}", "system"])
    assert len(await read_all(api)) == 1
    move = "UPDATE clients SET organisation = :new WHERE client_id = :id"
    await run_sql(platform, move, new=uuid.uuid4(), id=api.client_id)
    await wait_for_refusal(lambda: api.get("/v1/events"))  # its token is still that of before
    await api.sign_in()
    assert await read_all(api) == []
