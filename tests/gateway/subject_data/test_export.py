"""All that is kept of one person: planted everywhere, found everywhere, and nobody else with it."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Case
from tests.support.cases import EMPLOYER, employer_id, open_case, submit_case
from tests.support.documents import added, pdf, put
from tests.support.mentions import find_mentions
from tests.support.people import act, acting, appointed

pytestmark = pytest.mark.anyio

EXPORT = "/v1/subject-data"
READS = "/v1/personal-data-reads"


@dataclass(frozen=True)
class Planted:
    """Two persons with the same parts in one case, and a word of each that stands nowhere else."""

    case: Case
    one: str
    name: str
    other: str
    other_name: str
    words: dict[str, str]

    @property
    def asked(self) -> dict[str, Any]:
        return {"reference": self.one}


@pytest.fixture
async def group(new_client: NewClient) -> Api:
    return await new_client()


@pytest.fixture
async def officers(new_client: NewClient) -> Api:
    return await new_client(organisation=employer_id())


@pytest.fixture
async def overseer(new_client: NewClient) -> Api:
    return await new_client(scopes="personal-data:ask personal-data:oversee")


def new_reference() -> str:
    return f"p-{uuid.uuid4().hex}"


async def plant(group: Api, case: Case, reference: str, name: str, words: dict[str, str]) -> None:
    """Let a person do and be what a member of a group does and is."""
    body = {"role": "applicant-member", "person": reference, "name": name, "mandate": f"Vote {words['mandate']}"}
    party = await group.post(f"/v1/cases/{case['id']}/parties", json=body, headers={"If-Match": "*"})
    assert party.status_code == 201, party.text
    document = await added(ActorClient(group, reference), case, "other", title=words["document"])
    assert (await put(ActorClient(group, reference), document, pdf("x"))).status_code == 201
    await act(group, case, "declare-conflict", {"person": reference, "nature": words["conflict"]}, by=reference)
    barrier = {"kind": "other", "description": words["barrier"], "disclosed": False}
    answer = await group.post(f"/v1/cases/{case['id']}/barriers", json=barrier, headers=acting(reference))
    assert answer.status_code == 201, answer.text
    complaint = {"body": EMPLOYER, "subject": words["complaint"]}
    answer = await group.post("/v1/data-protection-complaints", json=complaint, headers=acting(reference))
    assert answer.status_code == 201, answer.text
    answer = await group.post("/v1/subject-access-requests", json={"person": reference, "scope": words["scope"]})
    assert answer.status_code == 201, answer.text


def new_words() -> dict[str, str]:
    names = ("mandate", "document", "conflict", "barrier", "complaint", "scope")
    return {name: uuid.uuid4().hex for name in names}


@pytest.fixture
async def planted(group: Api, platform: Platform) -> Planted:
    case = await open_case(group)
    one, other = new_reference(), new_reference()
    name, other_name = f"Name{uuid.uuid4().hex}", f"Name{uuid.uuid4().hex}"
    words, others = new_words(), new_words()
    await plant(group, case, one, name, words)
    await plant(group, case, other, other_name, others)
    case = await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    await platform.drain_events()
    return Planted(case, one, name, other, other_name, words)


async def test_everything_planted_is_found_and_nobody_else(
    planted: Planted, group: Api, overseer: Api, platform: Platform
) -> None:
    assert await find_mentions(platform, planted.other) != []
    for api, complete in ((group, False), (overseer, True)):
        answer = await api.post(EXPORT, json=planted.asked)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        shown, export = answer.text, answer.json()
        assert export["complete"] is complete
        for word in (planted.name, *planted.words.values()):
            assert word in shown, word
        assert planted.other not in shown
        assert planted.other_name not in shown
        kinds = {each["kind"] for each in export["records"]}
        assert kinds >= {
            "part in a case", "record put on file", "document", "version of a document", "barrier",
            "entry of a history",
            "complaint on data protection", "request for access to one's data", "event",
        }  # fmt: skip
        for each in export["records"]:
            assert all((each["source"], each["recipients"], each["kept"])), each


async def test_the_page_says_the_same_to_a_person(planted: Planted, group: Api) -> None:
    page = await group.post(f"{EXPORT}/page", json=planted.asked)
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    for word in (planted.name, *planted.words.values()):
        assert word in page.text
    assert planted.other not in page.text
    assert planted.other_name not in page.text


async def test_only_who_vouches_or_answers_for_the_data_asks(
    planted: Planted, officers: Api, new_client: NewClient
) -> None:
    rival = await new_client()
    without = await new_client(scopes="cases:read")
    for api, status in ((officers, 404), (rival, 404), (without, 403)):
        assert (await api.post(EXPORT, json=planted.asked)).status_code == status
    strange = await rival.post(EXPORT, json={"reference": new_reference()})
    known = await rival.post(EXPORT, json=planted.asked)
    assert (strange.status_code, strange.json()["title"]) == (known.status_code, known.json()["title"])


async def test_another_client_with_the_same_reference_gets_its_own_alone(
    planted: Planted, new_client: NewClient
) -> None:
    rival = await new_client()
    case = await open_case(rival)
    await appointed(rival, case, "applicant-member", planted.one, name="Somebody Else")
    export = await rival.post(EXPORT, json=planted.asked)
    assert export.status_code == 200, export.text
    assert {each["caseId"] for each in export.json()["records"]} <= {case["id"], None}
    assert planted.name not in export.text
    assert not any(word in export.text for word in planted.words.values())


async def test_a_repetition_stores_nothing_of_the_person(planted: Planted, group: Api, platform: Platform) -> None:
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    assert (await group.post(EXPORT, json=planted.asked, headers=headers)).status_code == 200
    again = await group.post(EXPORT, json=planted.asked, headers=headers)
    assert (again.status_code, again.text) == (200, "{}")
    assert "gateway.stored_answers" not in await find_mentions(platform, planted.one)


async def test_it_cannot_be_had_of_a_service_past_the_gateway(planted: Planted, group: Api) -> None:
    for path in ("/internal/subject-data", "//internal/subject-data", "/v1/../internal/subject-data"):
        assert (await group.post(path, json=planted.asked)).status_code == 404


async def test_it_is_logged_for_who_vouches(planted: Planted, group: Api, overseer: Api) -> None:
    await overseer.post(EXPORT, json=planted.asked)
    answer = await group.get(READS, params={"person": planted.one, "kind": "subject-access"})
    assert answer.status_code == 200, answer.text
    [first, *_] = answer.json()["items"]
    assert (first["clientId"], first["people"]) == (overseer.client_id, [planted.one])
    assert first["caseId"] in (planted.case["id"], None)
    assert first["onBehalfOf"] is None


async def test_an_adviser_is_found_by_the_profile_s_id(new_client: NewClient, overseer: Api) -> None:
    network, rival = await new_client(), await new_client()
    await network.post("/v1/adviser-networks", json={"name": "A network", "description": "Of a test."})
    profile: dict[str, Any] = {
        "name": f"Name{uuid.uuid4().hex}", "kind": "mentor", "inPerson": False, "remote": True, "topics": ["legal"],
        "capacity": 1, "chargeBasis": "free", "about": f"About {uuid.uuid4().hex}",
    }  # fmt: skip
    made = await network.post("/v1/advisers", json=profile)
    assert made.status_code == 201, made.text
    asked = {"reference": new_reference(), "adviserIds": [made.json()["id"]]}
    for api in (network, overseer):
        export = await api.post(EXPORT, json=asked)
        assert export.status_code == 200, export.text
        assert profile["name"] in export.text
        assert profile["about"] in export.text
    assert (await rival.post(EXPORT, json=asked)).status_code == 404


async def test_a_client_that_acts_for_itself_is_found(
    group: Api, overseer: Api, new_client: NewClient, platform: Platform
) -> None:
    search: dict[str, Any] = {"name": uuid.uuid4().hex, "criteria": {"sector": "adult-social-care"}}
    saved = await group.post("/v1/saved-searches", json=search)
    assert saved.status_code == 201, saved.text
    asked = {"reference": group.person}
    assert platform.app.recorder is not None
    await platform.app.recorder.calls.flush()
    for api in (group, overseer):
        export = await api.post(EXPORT, json=asked)
        assert export.status_code == 200, export.text
        assert search["name"] in export.text
        assert {"client", "call", "saved search"} <= {each["kind"] for each in export.json()["records"]}
    assert (await (await new_client()).post(EXPORT, json=asked)).status_code == 404


async def test_the_export_is_of_its_schema(planted: Planted, group: Api) -> None:
    export = (await group.post(EXPORT, json=planted.asked)).json()
    assert set(export) == {
        "reference", "madeAt", "complete", "purposes", "rights", "records", "withheld"
    }  # fmt: skip
    assert json.dumps(export["records"][0]["content"])
