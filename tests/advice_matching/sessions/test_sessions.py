"""Sessions and goals: for the two sides alone, within the engagement and the entitlement."""

import asyncio
import uuid
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.engagements.context import read_terms
from rtp_advice_matching.sessions.entitlement import compute_entitlement
from rtp_advice_matching.settings import AdviceSettings
from rtp_shared.clock import utcnow
from tests.advice_matching.engagements.conftest import ENGAGEMENTS, Json, NewPair, Pair, done
from tests.advice_matching.requests import SUPPORT
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id

pytestmark = pytest.mark.anyio

TODAY = str(utcnow().date())
ADVISER_MINUTES = 10 * 450


async def record(api: Api, engagement: Json, **details: Any) -> httpx.Response:
    body = {"heldOn": TODAY, "minutes": 60, **details}
    return await api.post(f"{ENGAGEMENTS}/{engagement['id']}/sessions", json=body)


async def change(api: Api, kind: str, made: Json, changes: Json) -> httpx.Response:
    address = f"{ENGAGEMENTS}/{made['engagementId']}/{kind}/{made['id']}"
    return await api.patch(address, json=changes, headers={"If-Match": f'"{made["version"]}"'})


async def read_entitlement(api: Api, pair: Pair) -> Json:
    answer = await api.get(f"{SUPPORT}/{pair.request['id']}/entitlement")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_session_is_for_the_two_sides(pair: Pair, new_client: NewClient) -> None:
    engagement = await pair.activate()
    answer = await record(pair.network, engagement, minutes=90, notes="The plan is thin")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    address = f"{ENGAGEMENTS}/{engagement['id']}/sessions"
    assert answer.headers["location"] == f"{address}/{made['id']}"
    assert (made["recordedBy"], made["minutes"], made["notes"]) == ("network", 90, "The plan is thin")
    for api in (pair.group, pair.network):
        assert (await api.get(address)).json()["items"] == [made]
        assert (await api.get(f"{address}/{made['id']}")).headers["etag"] == '"1"'
    overseer = await new_client(scopes="cases:oversee support:read")
    assert (await overseer.get(address)).json()["items"] == []
    assert (await overseer.get(f"{address}/{made['id']}")).status_code == 404
    for stranger in (await new_client(organisation=employer_id()), await new_client()):
        assert (await stranger.get(address)).status_code == 404
        assert (await record(stranger, engagement)).status_code == 404


async def test_the_side_that_recorded_it_changes_it(pair: Pair) -> None:
    made = (await record(pair.group, await pair.activate())).json()
    assert (await change(pair.network, "sessions", made, {"minutes": 30})).status_code == 403
    same = await change(pair.group, "sessions", made, {"minutes": 60})
    assert (same.status_code, same.json()["version"]) == (200, 1)
    changed = await change(pair.group, "sessions", made, {"minutes": 30, "notes": "Shorter"})
    assert (changed.json()["minutes"], changed.json()["version"]) == (30, 2)
    assert (await change(pair.group, "sessions", made, {"minutes": 45})).status_code == 412


async def test_what_is_beyond_the_entitlement_the_buyer_pays(pair: Pair) -> None:
    engagement = await pair.activate()
    for _ in range(3):
        assert (await record(pair.network, engagement, minutes=1440)).status_code == 201
    left = ADVISER_MINUTES - 3 * 1440
    assert (await read_entitlement(pair.group, pair))["advisers"] == {
        "entitled": ADVISER_MINUTES,
        "used": 3 * 1440,
        "left": left,
    }
    beyond = await record(pair.network, engagement, minutes=left + 5)
    assert beyond.status_code == 409
    assert beyond.json()["type"].endswith("/problems/entitlement-used-up")
    assert str(left) in beyond.json()["detail"]
    assert (await record(pair.network, engagement, minutes=left + 5, buyerPaid=True)).status_code == 201
    last = await record(pair.network, engagement, minutes=left)
    assert last.status_code == 201
    longer = await change(pair.network, "sessions", last.json(), {"minutes": left + 5})
    assert longer.status_code == 409
    paid = await change(pair.network, "sessions", last.json(), {"buyerPaid": True})
    assert paid.status_code == 200
    assert (await read_entitlement(pair.group, pair))["advisers"]["left"] == left


async def test_the_last_of_the_entitlement_is_used_once(pair: Pair) -> None:
    engagement = await pair.activate()
    for _ in range(3):
        await record(pair.network, engagement, minutes=1440)
    answers = await asyncio.gather(*(record(pair.network, engagement, minutes=180) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


async def test_mentors_are_counted_by_the_hour_of_their_own(new_pair: NewPair) -> None:
    pair = await new_pair(kind=AdviserKind.MENTOR)
    await record(pair.network, await pair.activate())
    found = await read_entitlement(pair.group, pair)
    assert (found["mentors"]["used"], found["advisers"]["used"]) == (60, 0)


async def test_who_may_know_the_entitlement(pair: Pair, new_client: NewClient) -> None:
    address = f"{SUPPORT}/{pair.request['id']}/entitlement"
    assert (await pair.network.get(address)).status_code == 404, "it sees the request, and not the case"
    assert (await (await new_client()).get(address)).status_code == 404
    await pair.begin()
    assert (await pair.network.get(address)).status_code == 200


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"minutes": 0}, "/minutes"),
        ({"minutes": 1441}, "/minutes"),
        ({"minutes": 60.5}, "/minutes"),
        ({"heldOn": "2999-01-01"}, "/heldOn"),
        ({"heldOn": "2020-01-01"}, "/heldOn"),
        ({"buyerPaid": "yes"}, "/buyerPaid"),
        ({"hours": 1}, "/hours"),
        ({"notes": ""}, "/notes"),
    ],
)
async def test_bad_sessions(pair: Pair, details: Json, field: str) -> None:
    answer = await record(pair.network, await pair.activate(), **details)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_no_session_before_the_contact_or_after_the_end(pair: Pair) -> None:
    begun = await pair.begin()
    assert (await record(pair.group, begun)).status_code == 409
    active = await done(pair.group, begun, "record-first-contact", on=TODAY)
    await done(pair.group, active, "complete")
    assert (await record(pair.group, begun)).status_code == 409


async def test_goals_have_a_state(pair: Pair) -> None:
    engagement = await pair.begin()
    address = f"{ENGAGEMENTS}/{engagement['id']}/goals"
    goal = (await pair.group.post(address, json={"text": "A business plan"})).json()
    assert (goal["state"], goal["version"]) == ("open", 1)
    met = await change(pair.network, "goals", goal, {"state": "met"})
    assert (met.json()["state"], met.json()["text"], met.headers["etag"]) == ("met", "A business plan", '"2"')
    assert (await change(pair.group, "goals", goal, {"state": "dropped"})).status_code == 412
    assert (await change(pair.group, "goals", met.json(), {"state": "lost"})).status_code == 422
    assert (await pair.network.get(address)).json()["items"] == [met.json()]
    elsewhere = {**goal, "engagementId": str(uuid.uuid4())}
    assert (await change(pair.group, "goals", elsewhere, {"state": "met"})).status_code == 404


USED = st.lists(st.tuples(st.sampled_from(AdviserKind), st.integers(1, 10_000)))


@given(route=st.sampled_from(["right-to-provide", "right-to-request", "not a route"]), used=USED)
def test_what_is_left_is_never_less_than_nothing(route: str, used: list[tuple[AdviserKind, int]]) -> None:
    terms = read_terms(AdviceSettings(database_url="postgresql://x@y/z"))
    found = compute_entitlement(route, used, terms)
    assert found.advisers.used + found.mentors.used == sum(minutes for _, minutes in used)
    for each in found:
        assert each.left == max(0, each.entitled - each.used) >= 0
