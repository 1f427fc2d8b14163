"""The reference of somebody who acted on a round gives way to a pseudonym; that two persons acted stays to be seen."""

import pytest

from rtp_embedded.platform import Platform
from tests.advice_matching.erasures.conftest import ERASURES, erase, erased, find_kept, plant
from tests.advice_matching.repairs.conftest import Market, market
from tests.advice_matching.repairs.test_overrides import propose
from tests.conftest import Api, NewClient

__all__ = ["market"]
UNBOUND = ("waitingNinetieth", "agreementNinetieth", "firstChoices", "justifiedEnvy")

pytestmark = pytest.mark.anyio


async def test_a_person_is_forgotten(platform: Platform, operator: Api, market: Market, new_client: NewClient) -> None:
    ann, bob, reason = plant(), plant(), plant()
    best, _, third = market.advisers
    key = {"Idempotency-Key": '"1"', "On-Behalf-Of": ann}
    body = {"requestId": market.given[best.id], "adviserId": str(third.id), "reason": reason}
    made = await operator.post(f"{market.path}/overrides", json=body, headers=key)
    path = made.headers["location"]
    waiting = await erase(operator, "person", None, id=None, reference=ann)
    assert waiting.json()["type"].endswith("/problems/person-still-needed"), "or she could confirm her own"
    confirmed = await operator.post(f"{path}/actions/confirm", headers={"On-Behalf-Of": bob, "If-Match": '"1"'})
    assert confirmed.status_code == 200, confirmed.text
    shown = await erase(operator, "person", None, id=None, reference=ann, dry_run=True)
    assert shown.json()["counts"]["personReferences"] == 1
    record = await erased(operator, "person", None, id=None, reference=ann, at=shown.headers["etag"])
    now = (await operator.get(path)).json()
    assert (now["proposedBy"], now["endedBy"]) == (f"erased.{record['subjectId']}", bob)
    assert await find_kept(platform, ann) == {}
    again = await erase(operator, "person", None, id=None, reference=ann)
    assert (again.status_code, again.json()["type"].split("/")[-1]) == (404, "nobody-named")
    repeated = await operator.post(f"{market.path}/overrides", json=body, headers=key)
    assert (repeated.status_code, repeated.json()) == (201, {})
    record = await erased(operator, "adviser", third.id)
    assert record["counts"]["overrideReasons"] == 1
    assert await find_kept(platform, ann, reason, third.name) == {}
    assert (await operator.get(path)).json()["reason"] == "Erased"
    certificate = (await operator.get(f"{market.path}/certificate")).text
    assert str(third.id) in certificate, "it names people by their ids alone, and can be checked still"
    assert [each["scope"] for each in (await operator.get(ERASURES)).json()["items"]] == ["adviser", "person"]
    assert (await erase(await new_client(), "person", None, id=None, reference=bob)).status_code == 403


async def test_whoever_set_bounds_of_fairness_is_forgotten(platform: Platform, operator: Api) -> None:
    ann, bob = plant(), plant()
    for person, gini in ((ann, 40), (bob, 50), (ann, 60)):
        answer = await operator.put(
            "/v1/fairness/bounds",
            json={**dict.fromkeys(UNBOUND), "loadGini": gini},
            headers={"On-Behalf-Of": person, "If-Match": "*"},
        )
        assert answer.status_code == 200, answer.text
    record = await erased(operator, "person", None, id=None, reference=ann)
    assert record["counts"]["personReferences"] == 2
    assert await find_kept(platform, ann) == {}
    assert (await operator.get("/v1/fairness/bounds")).json()["setBy"] == f"erased.{record['subjectId']}"
    assert await find_kept(platform, bob) != {}


async def test_the_proposer_is_asked_to_end_what_waits(operator: Api, market: Market) -> None:
    shown = await propose(operator, market)
    assert (await erase(operator, "person", None, id=None, reference="ann")).status_code == 409
    ended = await operator.post(
        f"{market.path}/overrides/{shown['id']}/actions/withdraw",
        headers={"On-Behalf-Of": "ann", "If-Match": '"1"'},
    )
    assert ended.status_code == 200
    record = await erased(operator, "person", None, id=None, reference="ann")
    assert record["counts"]["personReferences"] == 2
