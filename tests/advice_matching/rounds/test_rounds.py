"""Matching rounds by the API: worked out over all who wait, saved, read by their operator, and committed."""

import runpy
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import SUPPORT, accept, published, read, request_of
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

ROUNDS = "/v1/matching-rounds"
SCRIPT = Path(__file__).parents[3] / "services" / "advice-matching" / "verify_round.py"
Json = dict[str, Any]


@pytest.fixture
async def operator(new_client: NewClient) -> Api:
    return await new_client(scopes="support:match events:read")


@pytest.fixture(autouse=True)
async def nobody_else_waits(advice: Runtime) -> None:
    """Close what other tests left behind."""
    async with open_as(advice, "owner") as session:
        await session.execute(update(SupportRequest).values(status=SupportStatus.CLOSED))


async def compute(operator: Api, **chosen: Any) -> Json:
    answer = await operator.post(ROUNDS, json=chosen)
    assert answer.status_code == 201, answer.text
    saved: Json = answer.json()
    assert answer.headers["location"] == f"{ROUNDS}/{saved['id']}"
    assert answer.headers["etag"] == '"1"'
    return saved


async def commit(operator: Api, saved: Json, etag: str = '"1"') -> Json:
    answer = await operator.post(f"{ROUNDS}/{saved['id']}/actions/commit", headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    committed: Json = answer.json()
    return committed


async def test_nobody_is_proposed_who_has_declined_the_group_or_ended_early_with_it(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    advisers = [await new_adviser() for _ in range(3)]
    group = await new_client()
    request = await request_of(platform, group)
    declining, ending = [await new_client(organisation=each.network_id) for each in advisers[:2]]
    body = {"supportRequestId": request["id"], "adviserId": str(advisers[0].id)}
    offered = (await group.post("/v1/engagements", json=body)).json()
    at = {"If-Match": "*"}
    answer = await declining.post(
        f"/v1/engagements/{offered['id']}/actions/decline", json={"reason": "conflict-of-interest"}, headers=at
    )
    assert answer.status_code == 200, answer.text
    [waiting] = (await group.get("/v1/engagements", params={"status": "offered"})).json()["items"]
    assert (await group.post(f"/v1/engagements/{waiting['id']}/actions/withdraw", headers=at)).status_code == 200
    assert (await accept(group, await read(group, request["id"]), advisers[1].id)).status_code == 200
    [begun] = (await ending.get("/v1/engagements")).json()["items"][:1]
    ended = await group.post(
        f"/v1/engagements/{begun['id']}/actions/end-early", json={"reason": "not-a-good-fit"}, headers=at
    )
    assert ended.status_code == 200, ended.text
    saved = await compute(operator)
    certificate = (await operator.get(f"{ROUNDS}/{saved['id']}/certificate")).json()
    runpy.run_path(str(SCRIPT))["verify"](certificate)
    [answer_of_round] = certificate["answers"]
    ids = [each["id"] for each in certificate["input"]["advisers"]]
    assert ids[answer_of_round["chosen"]["adviser"]] == str(advisers[2].id)
    [declined] = [each for each in answer_of_round["notChosen"] if each["reason"] == "declined-or-ended-before"]
    assert {ids[each] for each in declined["advisers"]} == {str(each.id) for each in advisers[:2]}


async def test_a_pair_against_the_preferences_of_since_is_left_out(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    await new_adviser()
    group = await new_client()
    request = await request_of(platform, group)
    saved = await compute(operator)
    changed = await group.put(
        f"{SUPPORT}/{request['id']}/preferences",
        json={"languages": ["haw"]},
        headers={"If-Match": f'"{request["version"]}"'},
    )
    assert changed.status_code == 200, changed.text
    committed = await commit(operator, saved)
    assert (committed["proposed"], [each["reason"] for each in committed["leftOut"]]) == (0, ["request-changed"])
    assert (await read(group, request["id"]))["proposals"] == []


async def test_a_dry_run_saves_nothing(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser = await new_adviser()
    request = await request_of(platform, await new_client())
    answer = await operator.post(ROUNDS, params={"dryRun": "true"}, json={})
    assert answer.status_code == 200, answer.text
    assert answer.json()["pairs"] == [{"requestId": request["id"], "adviserId": str(adviser.id)}]
    assert answer.json()["figures"]["placed"] == 1
    assert (await operator.get(ROUNDS)).json()["items"] == []


async def test_a_saved_round_is_read_with_a_certificate_that_holds(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    await new_adviser()
    for _ in range(2):
        await request_of(platform, await new_client())
    saved, again = await compute(operator, listLength=7), await compute(operator, listLength=7)
    assert (await operator.get(ROUNDS)).json()["items"] == [again, saved]
    assert (await operator.get(f"{ROUNDS}/{saved['id']}")).json() == saved
    certificates = [await operator.get(f"{ROUNDS}/{each['id']}/certificate") for each in (saved, again)]
    assert certificates[0].content == certificates[1].content
    runpy.run_path(str(SCRIPT))["verify"](certificates[0].json())
    assert certificates[0].json()["inputHash"] == saved["inputHash"]
    assert saved["figures"]["placed"] == 2


async def test_a_committed_round_puts_its_pairs_before_the_proposals_there_are(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    earlier = await new_adviser(stages=[])
    group = await new_client()
    request = await request_of(platform, group)
    assert request["proposals"][0]["adviserId"] == str(earlier.id)
    best = await new_adviser()
    saved = await compute(operator)
    committed = await commit(operator, saved)
    assert (committed["status"], committed["proposed"], committed["leftOut"]) == ("committed", 1, [])
    shown = await read(group, request["id"])
    assert [each["adviserId"] for each in shown["proposals"]] == [
        str(best.id),
        *(each["adviserId"] for each in request["proposals"]),
    ]
    assert [each["rank"] for each in shown["proposals"]] == [1, 2, 3, 4]
    assert str(best.id) not in str(shown["notProposed"])
    first, second = await published(advice, request["caseId"])
    assert second[0].data["adviserIds"] == [each["adviserId"] for each in shown["proposals"]]
    assert (second[0].sequence, second[1]) == (2, first[1])
    assert (await accept(group, shown, best.id)).status_code == 200


async def test_networks_learn_nothing_of_rivals_nor_of_the_round(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    earlier = await new_adviser(stages=[])
    rival = await new_client(organisation=earlier.network_id)
    request = await request_of(platform, await new_client())
    best = await new_adviser()
    network = await new_client(organisation=best.network_id)
    assert (await network.get(f"{SUPPORT}/{request['id']}")).status_code == 404
    saved = await compute(operator)
    await commit(operator, saved)
    await platform.drain_events()
    for api, own, other in ((rival, earlier, best), (network, best, earlier)):
        shown, feed = await read(api, request["id"]), (await api.get("/v1/events")).json()["items"]
        assert [each["adviserId"] for each in shown["proposals"]] == [str(own.id)]
        assert [each["rank"] for each in shown["proposals"]] == [1]
        told_by = [(each["type"].split("matching.")[-1], int(each["sequence"])) for each in feed]
        assert told_by == [("adviser-proposed.v1", 1), ("adviser-proposed.v2", 1)]
        for told in (shown, feed):
            assert not {str(other.id), str(other.network_id), saved["id"]} & set(str(told).replace("'", " ").split())
        for path in (ROUNDS, f"{ROUNDS}/{saved['id']}", f"{ROUNDS}/{saved['id']}/certificate"):
            assert (await api.get(path)).status_code == 403


async def test_only_the_operators_organisation_sees_a_round(operator: Api, new_client: NewClient) -> None:
    saved = await compute(operator)
    colleague = await new_client(scopes="support:match", organisation=operator.organisation)
    assert (await colleague.get(ROUNDS)).json()["items"] == [saved]
    stranger = await new_client(scopes="support:match")
    assert (await stranger.get(ROUNDS)).json()["items"] == []
    for path in ("", "/certificate"):
        assert (await stranger.get(f"{ROUNDS}/{saved['id']}{path}")).status_code == 404
    answer = await stranger.post(f"{ROUNDS}/{saved['id']}/actions/commit", headers={"If-Match": "*"})
    assert answer.status_code == 404


async def test_what_changed_since_is_left_out_and_said(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    wanted = await new_adviser(capacity=2)
    groups = [await new_client() for _ in range(2)]
    requests = [await request_of(platform, group) for group in groups]
    saved = await compute(operator)
    assert saved["figures"]["placed"] == 2
    assert (await accept(groups[0], requests[0], wanted.id)).status_code == 200
    async with open_as(advice, "operator") as session:
        (await session.get_one(Adviser, wanted.id)).capacity = 1
    path, told = f"{ROUNDS}/{saved['id']}", len(await published(advice, requests[1]["id"]))
    tried = await operator.post(f"{path}/actions/commit", params={"dryRun": "true"}, headers={"If-Match": '"1"'})
    assert tried.status_code == 200, tried.text
    assert (await operator.get(path)).json() == saved, "a dry run saves nothing"
    committed = await commit(operator, saved)
    assert tried.json() == {"proposed": committed["proposed"], "leftOut": committed["leftOut"]}
    assert len(await published(advice, requests[1]["id"])) == told
    assert committed["proposed"] == 0
    left_out = {each["requestId"]: each["reason"] for each in committed["leftOut"]}
    assert left_out == {requests[0]["id"]: "request-changed", requests[1]["id"]: "no-free-capacity"}
    assert await read(groups[1], requests[1]["id"]) == requests[1]


async def test_a_round_is_committed_once_and_on_the_version_read(operator: Api) -> None:
    saved = await compute(operator)
    path = f"{ROUNDS}/{saved['id']}/actions/commit"
    assert (await operator.post(path)).status_code == 428
    assert (await operator.post(path, headers={"If-Match": '"7"'})).status_code == 412
    await commit(operator, saved)
    for asked in ({}, {"dryRun": "true"}):
        answer = await operator.post(path, headers={"If-Match": '"2"'}, params=asked)
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/problems/round-committed")


async def test_the_exact_method_says_what_is_proved(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    await new_adviser()
    await request_of(platform, await new_client())
    saved = await compute(operator, method="exact")
    assert [saved["figures"][name] for name in ("method", "placed", "largestAtMost")] == ["exact", 1, 1]
    certificate = (await operator.get(f"{ROUNDS}/{saved['id']}/certificate")).json()
    runpy.run_path(str(SCRIPT))["verify"](certificate)
    assert certificate["largest"] == {"placed": 1, "atMost": 1, "by": "too-few-places"}


async def test_the_exact_method_refuses_more_than_it_can_solve(
    platform: Platform, operator: Api, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtp_advice_matching.rounds.commands.PAIRS_AT_MOST", 9)
    await request_of(platform, await new_client())
    answer = await operator.post(ROUNDS, json={"method": "exact", "listLength": 10})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/problems/round-too-large")
    assert answer.json()["errors"][0]["field"] == "/listLength"
    await compute(operator, method="exact", listLength=9)


async def test_one_key_makes_one_round(operator: Api) -> None:
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, second = [await operator.post(ROUNDS, json={}, headers=key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len((await operator.get(ROUNDS)).json()["items"]) == 1


@pytest.mark.parametrize(("chosen", "field"), [({"listLength": 0}, "/listLength"), ({"seed": ""}, "/seed")])
async def test_what_cannot_be_chosen_is_said_by_field(operator: Api, chosen: Json, field: str) -> None:
    answer = await operator.post(ROUNDS, json=chosen)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
