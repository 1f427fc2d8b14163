"""Rounds of one kind of support: over those who need it by name, also beside somebody of another kind."""

import runpy
from typing import NamedTuple

import pytest

from rtp_advice_matching.directory.models import Adviser
from rtp_embedded.platform import Platform
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.needs.conftest import add
from tests.advice_matching.requests import SUPPORT, accept, read, request_of
from tests.advice_matching.rounds.test_rounds import ROUNDS, SCRIPT, Json, commit, compute
from tests.advice_matching.rounds.test_rounds import nobody_else_waits as nobody_else_waits
from tests.advice_matching.rounds.test_rounds import operator as operator
from tests.conftest import Api, NewClient

pytestmark = pytest.mark.anyio


class Group(NamedTuple):
    """A group that has an adviser at work."""

    api: Api
    request: Json
    adviser: Adviser

    async def read(self) -> Json:
        return await read(self.api, self.request["id"])


@pytest.fixture
async def groups(platform: Platform, new_client: NewClient, new_adviser: NewAdviser) -> list[Group]:
    """Two groups with an adviser; the first needs a mentor besides."""
    adviser = await new_adviser(capacity=2)
    made = []
    for _ in range(2):
        api = await new_client()
        request = await request_of(platform, api)
        assert (await accept(api, request, adviser.id)).status_code == 200
        made.append(Group(api, request, adviser))
    await add(made[0].api, made[0].request, kindSought="mentor", topic="governance")
    return made


async def read_certificate(operator: Api, saved: Json) -> Json:
    certificate: Json = (await operator.get(f"{ROUNDS}/{saved['id']}/certificate")).json()
    runpy.run_path(str(SCRIPT))["verify"](certificate)
    return certificate


async def test_who_needs_a_mentor_beside_an_adviser_gets_one(
    operator: Api, groups: list[Group], new_adviser: NewAdviser
) -> None:
    mentor = await new_adviser(kind="mentor", topics=["governance", "legal", "financial"], capacity=1)
    saved = await compute(operator, kind="mentor")
    assert (saved["figures"]["kind"], saved["figures"]["requests"]) == ("mentor", 1)
    certificate = await read_certificate(operator, saved)
    assert certificate["input"]["parameters"]["kind"] == "mentor"
    [written] = certificate["input"]["requests"]
    assert (written["id"], written["kinds"]) == (groups[0].request["id"], ["mentor"])
    assert (await commit(operator, saved))["proposed"] == 1
    shown = await groups[0].read()
    assert shown["proposals"][0]["adviserId"] == str(mentor.id)
    assert (shown["status"], shown["agreedAdviserId"]) == ("agreed", str(groups[0].adviser.id)), "nothing else changes"
    offered = await groups[0].api.post(
        "/v1/engagements", json={"supportRequestId": shown["id"], "adviserId": str(mentor.id)}
    )
    assert offered.status_code == 201, offered.text
    again = await compute(operator, kind="mentor")
    assert again["figures"]["requests"] == 0, "one is asked"


async def test_a_round_of_no_kind_is_over_those_who_have_nobody(
    operator: Api, groups: list[Group], platform: Platform, new_client: NewClient
) -> None:
    waiting = await request_of(platform, await new_client())
    saved = await compute(operator)
    certificate = await read_certificate(operator, saved)
    assert "kind" not in certificate["input"]["parameters"]
    assert [each["id"] for each in certificate["input"]["requests"]] == [waiting["id"]]
    assert saved["figures"]["kind"] is None


async def test_rounds_of_two_kinds_share_no_place_and_are_those_of_their_markets_alone(
    operator: Api, platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    """An adviser is of one kind: what a round of the other kind proposes blocks no pair of the first."""
    people = {kind: await new_adviser(kind=kind, capacity=1) for kind in ("adviser", "mentor")}
    api = await new_client()
    request = await request_of(platform, api)
    await add(api, request, kindSought="mentor", topic="governance")
    pairs = {}
    for kind in people:
        answer = await operator.post(ROUNDS, params={"dryRun": "true"}, json={"kind": kind})
        pairs[kind] = answer.json()["pairs"]
    for kind, adviser in people.items():
        assert pairs[kind] == [{"requestId": request["id"], "adviserId": str(adviser.id)}]
    await commit(operator, await compute(operator, kind="mentor"))
    answer = await operator.post(ROUNDS, params={"dryRun": "true"}, json={"kind": "adviser"})
    assert answer.json()["pairs"] == pairs["adviser"]


async def test_a_pair_whose_group_has_a_mentor_by_now_is_left_out(operator: Api, groups: list[Group]) -> None:
    saved = await compute(operator, kind="mentor")
    shown = await groups[0].read()
    mentor = next(each["adviserId"] for each in shown["proposals"] if each["adviserKind"] == "mentor")
    assert (await accept(groups[0].api, shown, mentor)).status_code == 200
    committed = await commit(operator, saved)
    assert (committed["proposed"], [each["reason"] for each in committed["leftOut"]]) == (0, ["request-changed"])


async def test_who_would_have_an_adviser_alone_is_in_no_round_of_mentors(
    operator: Api, platform: Platform, new_client: NewClient
) -> None:
    api = await new_client()
    request = await request_of(platform, api)
    await add(api, request, kindSought="mentor", topic="governance")
    assert (await compute(operator, kind="mentor"))["figures"]["requests"] == 1
    path = f"{SUPPORT}/{request['id']}/preferences"
    assert (await api.put(path, json={"kinds": ["adviser"]}, headers={"If-Match": "*"})).status_code == 200
    assert (await compute(operator, kind="mentor"))["figures"]["requests"] == 0


async def test_a_round_of_mentors_is_repaired_and_overridden_as_one(
    operator: Api, groups: list[Group], new_adviser: NewAdviser
) -> None:
    mentors = [
        await new_adviser(kind="mentor", topics=["governance"], capacity=1, stages=stages)
        for stages in (["make-the-case"], [])
    ]
    saved = await compute(operator, kind="mentor")
    await commit(operator, saved)
    path = f"{ROUNDS}/{saved['id']}"
    lost = (await groups[0].read())["proposals"][0]["adviserId"]
    preview = await operator.post(f"{path}/repairs", params={"dryRun": "true"}, json={"advisersLeft": [lost]})
    assert preview.status_code == 200, preview.text
    [move] = preview.json()["moves"]
    assert (move["requestId"], move["before"]) == (groups[0].request["id"], lost)
    other = next(each for each in mentors if str(each.id) != lost)
    opening = {"requestId": groups[0].request["id"], "adviserId": str(other.id), "reason": "Knows the service"}
    first, second = {"On-Behalf-Of": "kim.kinds"}, {"On-Behalf-Of": "lee.kinds", "If-Match": '"1"'}
    override = await operator.post(f"{path}/overrides", json=opening, headers=first)
    assert override.status_code == 201, override.text
    confirmed = await operator.post(f"{path}/overrides/{override.json()['id']}/actions/confirm", headers=second)
    assert confirmed.status_code == 200, confirmed.text
    assert (await groups[0].read())["proposals"][0]["adviserId"] == str(other.id)
    of_another_kind = {**opening, "adviserId": str(groups[0].adviser.id)}
    refused = await operator.post(f"{path}/overrides", json=of_another_kind, headers=first)
    assert refused.status_code == 409, refused.text


async def test_an_unknown_kind_is_refused_by_field(operator: Api) -> None:
    answer = await operator.post(ROUNDS, json={"kind": "coach"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "/kind")
