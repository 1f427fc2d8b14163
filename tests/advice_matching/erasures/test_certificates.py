"""What the certificates of rounds say of a group is withheld on request, and they can be checked still."""

import runpy
import uuid

import pytest
from sqlalchemy import select, update

from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.engagements.conftest import Json
from tests.advice_matching.erasures.conftest import ERASURES, erase, erased
from tests.advice_matching.requests import SUPPORT, request_of
from tests.advice_matching.rounds.test_certificate import SCRIPT
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
ROUNDS = "/v1/matching-rounds"
ASKED = {"accessNeeds": ["captions"], "languages": ["cy"], "meeting": "any", "kinds": []}


async def ask(api: Api, request: Json) -> None:
    path = f"{SUPPORT}/{request['id']}/preferences"
    answer = await api.put(path, json=ASKED, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def read_salt(advice: Runtime, request: Json) -> uuid.UUID:
    async with open_as(advice, "owner") as session:
        query = select(SupportRequest.round_salt).where(SupportRequest.id == uuid.UUID(request["id"]))
        return (await session.execute(query)).scalar_one()


async def test_what_a_group_needs_is_withheld_from_certificates_which_hold_still(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    async with open_as(advice, "owner") as session:
        await session.execute(update(SupportRequest).values(status=SupportStatus.CLOSED))
    await new_adviser(capacity=1, languages=["cy"], access_needs=["captions"])
    group, other = await new_client(), await new_client()
    request, theirs = await request_of(platform, group), await request_of(platform, other)
    await ask(group, request)
    made = await operator.post(ROUNDS, json={})
    path = made.headers["location"]
    before = await operator.get(f"{path}/certificate")
    place = [each["id"] for each in before.json()["input"]["requests"]].index(request["id"])
    assert before.json()["input"]["requests"][place]["accessNeeds"] == ["captions"]
    salt = await read_salt(advice, request)
    shown = await erase(group, "support-request", request["id"], dry_run=True)
    assert shown.json()["counts"]["certificateEntries"] == 1
    record = await erased(group, "support-request", request["id"])
    assert record["counts"]["certificateEntries"] == 1
    after = await operator.get(f"{path}/certificate")
    for gone in (request["id"], request["caseId"], str(salt)):
        assert gone in before.text
        assert gone not in after.text
    assert after.json()["inputHash"] == before.json()["inputHash"]
    verify = runpy.run_path(str(SCRIPT))["verify"]
    assert (verify(before.json()), verify(after.json())) == ([], ["1 requests that are withheld"])
    assert after.json()["input"]["requests"][1 - place] == before.json()["input"]["requests"][1 - place]
    assert await read_salt(advice, request) != salt, "what was hashed cannot be guessed"
    again = await erase(group, "support-request", request["id"])
    assert (again.status_code, again.json()["id"]) == (200, record["id"])
    assert (await operator.get(f"{path}/fairness")).status_code == 200
    supposed = await operator.post(f"{path}/what-ifs", json={})
    assert (supposed.status_code, supposed.json()["placedBefore"]) == (200, 1), "of those of whom something is known"
    committed = await operator.post(f"{path}/actions/commit", headers={"If-Match": "*"})
    assert committed.status_code == 200, committed.text
    repaired = await operator.post(f"{path}/repairs", params={"dryRun": "true"}, json={})
    assert repaired.status_code == 200, repaired.text
    assert (await operator.get(f"{path}/fairness")).json()["requests"] == 2
    assert theirs["id"] in after.text


async def test_a_network_withholds_nothing(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    await new_adviser()
    request = await request_of(platform, await new_client())
    await operator.post(ROUNDS, json={})
    stranger = await new_client()
    assert (await erase(stranger, "support-request", request["id"])).status_code == 404
    assert (await stranger.get(ERASURES)).json()["items"] == []
