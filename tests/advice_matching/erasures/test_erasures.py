"""What is erased is nowhere any more; what must stay to be checked stays; nobody erases what is another's."""

import asyncio
import uuid

import pytest

from rtp_embedded.platform import Platform
from tests.advice_matching.engagements.conftest import ENGAGEMENTS, Json, Pair, done
from tests.advice_matching.erasures.conftest import ERASURES, Told, erase, erased, find_kept
from tests.advice_matching.requests import SUPPORT, engaged
from tests.advice_matching.sessions.test_feedback import give
from tests.advice_matching.sessions.test_sessions import read_entitlement
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id

pytestmark = pytest.mark.anyio
NOTHING = {
    "sessionNotes": 0,
    "goals": 0,
    "feedbackComments": 0,
    "followUpNotes": 0,
    "profiles": 0,
    "overrideReasons": 0,
    "certificateEntries": 0,
    "personReferences": 0,
}


async def read_all(told: Told, api: Api) -> str:
    """All that a side is shown of its engagement."""
    address = f"{ENGAGEMENTS}/{told.engagement['id']}"
    paths = (address, *(f"{address}/{each}" for each in ("sessions", "goals", "feedback")), "/v1/follow-ups", SUPPORT)
    answers = [await api.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return " ".join(answer.text for answer in answers)


async def test_a_group_has_its_own_words_erased(platform: Platform, told: Told) -> None:
    pair, mine = told.pair, [*told.group, *told.goals]
    assert (await find_kept(platform, *mine, *told.network)).keys() == {*mine, *told.network}, "the search finds them"
    hours = await read_entitlement(pair.group, pair)
    record = await erased(pair.group, "support-request", pair.request["id"])
    assert record["counts"] == NOTHING | {"sessionNotes": 1, "goals": 1, "feedbackComments": 1, "followUpNotes": 1}
    assert (record["eraser"], record["clientId"], record["reason"]) == ("group", pair.group.client_id, "person-asked")
    assert await find_kept(platform, *mine) == {}
    for api in (pair.group, pair.network):
        shown = await read_all(told, api)
        assert not [word for word in mine if word in shown]
        assert told.network[1] in shown
        assert told.network[2] in shown
    assert await read_entitlement(pair.group, pair) == hours, "hours stay, because the entitlement rests on them"


async def test_a_network_has_its_own_words_erased(platform: Platform, told: Told) -> None:
    record = await erased(told.pair.network, "engagement", told.engagement["id"])
    assert record["counts"] == NOTHING | {"sessionNotes": 1, "goals": 1, "feedbackComments": 1}
    assert await find_kept(platform, *told.network, *told.goals) == {}
    shown = await read_all(told, told.pair.group)
    assert [word in shown for word in told.group] == [False, True, True, True], "the first was written anew"


async def test_a_repeated_request_is_done_once_and_answered_without_the_words(platform: Platform, told: Told) -> None:
    await erased(told.pair.group, "support-request", told.pair.request["id"])
    await erased(told.pair.network, "engagement", told.engagement["id"])
    before = await read_all(told, told.pair.group)
    for api, method, path, body, headers in told.writes:
        address = f"{ENGAGEMENTS}/{told.engagement['id']}{path}"
        answer = await api.request(method, address, json=body, headers=headers)
        assert (answer.is_success, answer.headers["idempotency-replayed"], answer.json()) == (True, "true", {})
    assert await read_all(told, told.pair.group) == before
    assert await find_kept(platform, *told.group, *told.network, *told.goals) == {}


async def test_whoever_answers_for_the_data_has_all_of_a_person_erased(
    platform: Platform, told: Told, operator: Api
) -> None:
    adviser = told.pair.adviser
    words = [*told.group, *told.network, *told.goals]
    assert await find_kept(platform, adviser.name) == {adviser.name: ["advice-matching.advisers"]}
    taken, request = await engaged(told.pair.advice, adviser.id), f"{SUPPORT}/{told.pair.request['id']}"
    record = await erased(operator, "adviser", adviser.id)
    assert record["counts"] == NOTHING | {
        "sessionNotes": 2, "goals": 1, "feedbackComments": 2, "followUpNotes": 1, "profiles": 1,
    }  # fmt: skip
    assert await find_kept(platform, *words, adviser.name) == {}
    assert await engaged(told.pair.advice, adviser.id) == taken
    shown = (await told.pair.group.get(request)).json()
    assert {each["adviserName"] for each in shown["proposals"] if each["adviserId"] == str(adviser.id)} == {
        "Profile taken down"
    }
    assert (await operator.get(f"{ENGAGEMENTS}/{told.engagement['id']}")).status_code == 404, (
        "who erases, reads nothing"
    )


async def test_a_network_has_its_own_person_erased(platform: Platform, told: Told, new_client: NewClient) -> None:
    adviser, network = told.pair.adviser, told.pair.network
    less = await new_client(organisation=adviser.network_id, scopes="support:read support:write")
    assert (await erase(less, "adviser", adviser.id)).json()["type"].endswith("/problems/not-yours-to-erase")
    assert (await erase(await new_client(), "adviser", adviser.id)).status_code == 403
    record = await erased(network, "adviser", adviser.id)
    assert (record["counts"]["profiles"], record["counts"]["sessionNotes"], record["eraser"]) == (1, 1, "network")
    assert await find_kept(platform, adviser.name, *told.network, *told.goals) == {}
    of_group = set(told.group[1:])  # the first was written anew, and stood in a stored answer alone
    assert (await find_kept(platform, *told.group)).keys() == of_group


async def test_a_dry_run_counts_and_erases_nothing(platform: Platform, told: Told) -> None:
    group, engagement = told.pair.group, told.engagement["id"]
    shown = await erase(group, "engagement", engagement, dry_run=True)
    assert shown.status_code == 200
    counts = NOTHING | {"sessionNotes": 1, "goals": 1, "feedbackComments": 1, "followUpNotes": 1}
    assert shown.json() == {"scope": "engagement", "counts": counts}
    assert (await find_kept(platform, *told.group)).keys() == set(told.group)
    assert (await group.get(ERASURES)).json()["items"] == []
    goal = (await group.get(f"{ENGAGEMENTS}/{engagement}/goals")).json()["items"][0]
    await told.say_again(told.goals, told.pair.network, "/goals", "text", goal)
    stale = await erase(group, "engagement", engagement, at=shown.headers["etag"])
    assert stale.status_code == 412
    assert (await find_kept(platform, *told.group)).keys() == set(told.group)
    newer = (await erase(group, "engagement", engagement, dry_run=True)).headers["etag"]
    assert (await erased(group, "engagement", engagement, at=newer))["counts"] == counts


async def test_the_same_again_changes_nothing(told: Told) -> None:
    group, engagement = told.pair.group, told.engagement["id"]
    answers = await asyncio.gather(*(erase(group, "engagement", engagement) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await group.get(ERASURES)).json()["items"]) == 1
    goals = (await group.get(f"{ENGAGEMENTS}/{engagement}/goals")).json()["items"]
    assert [(each["text"], each["version"]) for each in goals] == [("Erased", 3)]


async def test_a_text_that_was_taken_back_goes_from_stored_answers_too(platform: Platform, told: Told) -> None:
    group, engagement = told.pair.group, told.engagement["id"]
    await erased(group, "engagement", engagement)
    address = f"{ENGAGEMENTS}/{engagement}/goals"
    [goal] = (await group.get(address)).json()["items"]
    await told.say_again(told.group, group, "/goals", "text", goal)
    taken = await group.patch(f"{address}/{goal['id']}", json={"text": "Erased"}, headers={"If-Match": "*"})
    assert taken.status_code == 200
    assert (await find_kept(platform, told.group[-1])).keys() == {told.group[-1]}
    assert (await erase(group, "engagement", engagement)).status_code == 200
    assert await find_kept(platform, told.group[-1]) == {}


async def test_what_another_version_was_cached_as_is_fetched_anew(told: Told) -> None:
    """And who had read it before the erasure does not write over it."""
    address = f"{ENGAGEMENTS}/{told.engagement['id']}/sessions"
    [mine] = [each for each in (await told.pair.group.get(address)).json()["items"] if each["recordedBy"] == "group"]
    etag = {"If-None-Match": f'"{mine["version"]}"'}
    assert (await told.pair.group.get(f"{address}/{mine['id']}", headers=etag)).status_code == 304
    await erased(told.pair.group, "engagement", told.engagement["id"])
    shown = await told.pair.group.get(f"{address}/{mine['id']}", headers=etag)
    assert (shown.status_code, shown.json()["notes"], shown.json()["minutes"]) == (200, None, 60)
    stale = {"If-Match": f'"{mine["version"]}"'}
    back = await told.pair.group.patch(f"{address}/{mine['id']}", json={"notes": mine["notes"]}, headers=stale)
    assert back.status_code == 412


async def test_nobody_erases_what_is_anothers(platform: Platform, told: Told, new_client: NewClient) -> None:
    pair, engagement = told.pair, told.engagement["id"]
    overseer = await new_client(scopes="cases:oversee support:read support:write")
    employer, stranger = await new_client(organisation=employer_id()), await new_client()
    beside = await new_client(organisation=pair.group.organisation)
    for api, statuses in (
        (overseer, (403, 403, 403)),
        (employer, (404, 403, 403)),
        (stranger, (404, 404, 403)),
        (beside, (404, 404, 403)),
        (pair.network, (None, 403, None)),
        (pair.group, (None, None, 403)),
    ):
        subjects = (("engagement", engagement), ("support-request", pair.request["id"]), ("adviser", pair.adviser.id))
        for (scope, id_), status in zip(subjects, statuses, strict=True):
            for dry_run in (True, False):
                if status is not None:
                    answer = await erase(api, scope, id_, dry_run=dry_run)
                    assert answer.status_code == status, (scope, answer.text)
    for api in (stranger, pair.group):
        assert (await erase(api, "person", None, id=None, reference="ann")).status_code == 403
    unknown = await erase(stranger, "engagement", uuid.uuid4())
    hidden = await erase(stranger, "engagement", engagement)
    assert {**unknown.json(), "instance": ""} == {**hidden.json(), "instance": ""}
    words = {*told.group, *told.network, *told.goals}
    assert (await find_kept(platform, *words)).keys() == words


async def test_an_erasure_is_seen_by_whoever_had_it_done(told: Told, new_client: NewClient, operator: Api) -> None:
    pair = told.pair
    record = await erased(pair.group, "engagement", told.engagement["id"])
    beside = await new_client(organisation=pair.group.organisation)
    for other in (pair.network, beside, operator, await new_client(scopes="cases:oversee support:read")):
        assert (await other.get(ERASURES)).json()["items"] == []
        assert (await other.get(f"{ERASURES}/{record['id']}")).status_code == 404
    assert (await pair.group.get(ERASURES, params={"limit": 1})).json() == {"items": [record], "next": None}


async def test_a_preview_keeps_feedback_blind(pair: Pair) -> None:
    ended = await done(pair.group, await pair.activate(), "complete")
    await give(pair.group, ended, rating=1, comment="Not helpful")
    own = (await erase(pair.group, "engagement", ended["id"], dry_run=True)).json()["counts"]
    others = await erase(pair.network, "engagement", ended["id"], dry_run=True)
    assert (own["feedbackComments"], others.json()["counts"]) == (1, NOTHING)
    await erased(pair.group, "engagement", ended["id"])
    both = (await give(pair.network, ended, rating=5)).json()["items"]
    assert [(each["side"], each["rating"], each["comment"]) for each in both] == [
        ("group", 1, None),
        ("network", 5, None),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "engagement"}, "/id"),
        ({"scope": "person", "id": str(uuid.uuid4())}, "/reference"),
        ({"scope": "engagement", "id": str(uuid.uuid4()), "reference": "ann"}, "/id"),
        ({"scope": "case", "id": str(uuid.uuid4())}, "/scope"),
        ({"scope": "engagement", "id": str(uuid.uuid4()), "reason": "Ann Example asked"}, "/reason"),
    ],
)
async def test_bad_requests(operator: Api, body: Json, field: str) -> None:
    answer = await operator.post(ERASURES, json={"reason": "person-asked", **body})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
