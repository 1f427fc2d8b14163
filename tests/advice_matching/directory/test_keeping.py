"""A network keeps its own people over HTTP: added, changed, published, verified, suspended, taken down."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from rtp_advice_matching.directory.models import TAKEN_DOWN, Adviser
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.matching import MatchingRules
from rtp_shared.clock import today
from rtp_shared.service import Runtime
from tests.advice_matching.directory.profiles import (
    ADVISERS,
    KEEPER,
    MODERATOR,
    act,
    add_person,
    change,
    describe_person,
    record_network,
)
from tests.conftest import NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def test_a_network_adds_somebody_as_a_draft_and_publishes_them(new_client: NewClient) -> None:
    api, anybody = await record_network(new_client), await new_client(scopes="advisers:read")
    answer = await api.post(ADVISERS, json=describe_person(topics=["tupe", "vat", "tupe"]))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"{ADVISERS}/{made['id']}"
    assert made.items() >= (describe_person() | {"status": "draft", "version": 1, "freePlaces": 2}).items()
    assert (made["networkId"], made["verifiedOn"]) == (str(api.organisation), str(today()))
    assert (await anybody.get(answer.headers["location"])).status_code == 404
    published = await act(api, answer.headers["location"], "publish")
    assert (published.json()["status"], published.headers["etag"]) == ("published", '"2"')
    seen = (await anybody.get(answer.headers["location"])).json()
    assert seen == published.json() | {"conflicts": None}, "declared conflicts are for the matching alone"


async def test_changing_nothing_counts_no_version_and_a_stale_etag_changes_nothing(new_client: NewClient) -> None:
    api = await record_network(new_client)
    path = await add_person(api, published=False)
    assert (await change(api, path, topics=["tupe", "vat"], dayRate=40_000)).headers["etag"] == '"1"'
    assert (await change(api, path, about=None, capacity=5)).json().items() >= {"about": None, "version": 2}.items()
    late = await api.patch(path, json={"capacity": 9}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert (await api.patch(path, json={"capacity": 9})).status_code == 428
    assert (await api.get(path)).json()["capacity"] == 5


async def test_adding_twice_with_one_key_adds_once(new_client: NewClient) -> None:
    api = await record_network(new_client)
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, second = [await api.post(ADVISERS, json=describe_person(), headers=key) for _ in range(2)]
    assert first.json() == second.json()
    drafts = await api.get(ADVISERS, params={"status": "draft"})
    assert [each["id"] for each in drafts.json()["items"]] == [first.json()["id"]]


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"regions": []}, {"/regions"}),
        ({"inPerson": False}, {"/inPerson"}),
        ({"inPerson": False, "regions": [], "remote": False}, {"/remote"}),
        ({"capacity": 0}, {"/capacity"}),
        ({"topics": ["astrology"]}, {"/topics/0"}),
        ({"topics": []}, {"/topics"}),
        ({"chargeBasis": "free"}, {"/dayRate"}),
        ({"dayRate": None}, {"/dayRate"}),
        ({"kind": "ambassador"}, {"/chargeBasis"}),
        ({"headcountFrom": 301}, {"/headcountTo"}),
        ({"languages": ["english language"]}, {"/languages/0"}),
        ({"regions": ["E12000010"]}, {"/regions/0"}),
        ({"calendar": [{"startsOn": "2027-02-01", "endsOn": "2027-01-31", "hoursPerMonth": 1}]},
         {"/calendar/0/endsOn"}),
        ({"calendar": [{"startsOn": "1999-01-01", "endsOn": "1999-01-02", "hoursPerMonth": 1}]}, {"/calendar/0"}),
        (
            {"calendar": [
                {"startsOn": "2027-01-31", "endsOn": "2027-02-05", "hoursPerMonth": 1},
                {"startsOn": "2027-01-01", "endsOn": "2027-01-31", "hoursPerMonth": 0},
            ]},
            {"/calendar/1"},
        ),
        ({"email": "a@b.example"}, {"/email"}),
        ({"regions": [], "chargeBasis": "free"}, {"/regions", "/dayRate"}),
    ],
)  # fmt: skip
async def test_what_contradicts_itself_is_refused_by_field(
    new_client: NewClient, facts: dict[str, Any], fields: set[str]
) -> None:
    api = await record_network(new_client)
    path = await add_person(api, published=False)
    for answer in (await api.post(ADVISERS, json=describe_person(**facts)), await change(api, path, **facts)):
        assert answer.status_code == 422, answer.text
        assert {each["field"] for each in answer.json()["errors"]} == fields
        assert all(each["reason"] for each in answer.json()["errors"])
    assert (await api.get(path)).json()["version"] == 1


async def test_only_a_recorded_network_adds_people(new_client: NewClient) -> None:
    answer = await (await new_client(scopes=KEEPER)).post(ADVISERS, json=describe_person())
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/problems/network-not-recorded")


async def test_what_the_operator_suspends_is_hidden_and_only_the_operator_shows_it_again(
    new_client: NewClient, advice: Runtime
) -> None:
    api, moderator = await record_network(new_client), await new_client(scopes=MODERATOR)
    anybody = await new_client(scopes="advisers:read")
    path = await add_person(api)
    adviser_id = uuid.UUID(path.rpartition("/")[2])
    assert adviser_id in await candidates(advice)
    assert (await act(moderator, path, "suspend", {"reason": "A complaint"})).json()["suspendedFor"] == "A complaint"
    assert adviser_id not in await candidates(advice)
    assert (await anybody.get(path)).status_code == 404
    assert (await api.get(path)).json()["suspendedFor"] == "A complaint"
    again = await act(api, path, "publish")
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "profile-suspended")
    assert (await act(moderator, path, "publish")).json()["suspendedFor"] is None
    assert (await anybody.get(path)).status_code == 200
    assert (await act(moderator, path, "verify")).status_code == 403, "only its network knows what is true"


async def test_a_profile_that_is_taken_down_leaves_a_tombstone(new_client: NewClient) -> None:
    api, anybody = await record_network(new_client), await new_client(scopes="advisers:read")
    path = await add_person(api, conflicts=[str(uuid.uuid4())])
    assert (await act(api, path, "withdraw")).status_code == 200
    left = (await anybody.get(path)).json()
    erased: dict[str, Any] = {"name": TAKEN_DOWN, "about": None, "calendar": [], "active": False, "status": "withdrawn"}
    assert left.items() >= erased.items()
    assert (await api.get(path)).json()["conflicts"] == []
    assert (await change(api, path, name="Back again")).json()["type"].endswith("/problems/profile-taken-down")
    listed = await anybody.get(ADVISERS, params={"networkId": str(api.organisation)})
    assert listed.json()["items"] == []


async def test_a_stale_profile_is_found_and_not_published_before_it_is_verified(
    new_client: NewClient, advice: Runtime
) -> None:
    api = await record_network(new_client)
    path, fresh = await add_person(api, published=False), await add_person(api)
    old = today() - timedelta(days=91)
    async with open_as(advice, "operator") as session:
        adviser_id = uuid.UUID(path.rpartition("/")[2])
        await session.execute(update(Adviser).where(Adviser.id == adviser_id).values(verified_on=old))
    assert (await act(api, path, "publish")).json()["type"].endswith("/problems/profile-stale")
    assert (await act(api, path, "verify")).json()["verifiedOn"] == str(today())
    assert (await act(api, path, "publish")).status_code == 200
    found = await api.get(ADVISERS, params={"staleSince": str(today()), "networkId": str(api.organisation)})
    assert found.json()["items"] == []
    tomorrow = {"staleSince": str(today() + timedelta(days=1)), "networkId": str(api.organisation)}
    ids = {each["id"] for each in (await api.get(ADVISERS, params=tomorrow)).json()["items"]}
    assert ids == {each.rpartition("/")[2] for each in (path, fresh)}


async def candidates(advice: Runtime) -> set[uuid.UUID]:
    async with advice.database.transaction(read_only=True) as session:
        return {each.id for each in await list_candidates(session, MatchingRules(), now=advice.clock())}


async def test_days_that_have_gone_by_hold_no_later_change_up(new_client: NewClient, advice: Runtime) -> None:
    api = await record_network(new_client)
    path = await add_person(api)
    past = [{"starts_on": "2020-01-01", "ends_on": "2020-01-31", "hours_per_month": 0}]
    async with open_as(advice, "operator") as session:
        adviser_id = uuid.UUID(path.rpartition("/")[2])
        await session.execute(update(Adviser).where(Adviser.id == adviser_id).values(calendar=past))
    assert (await change(api, path, name="Another name")).status_code == 200
    kept = (await api.get(path)).json()["calendar"]
    refused = await change(api, path, calendar=kept)
    assert [each["field"] for each in refused.json()["errors"]] == ["/calendar/0"]
