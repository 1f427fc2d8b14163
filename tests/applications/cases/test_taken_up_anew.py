"""A new expression of interest names the one before it that ended without success."""

import uuid

import pytest

from rtp_applications.bodies.models import body_id
from rtp_applications.cases.store import read_snapshot
from rtp_applications.sides import may_know_of
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.identities import SYSTEM
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import TRUST, employer_id, open_case, submit_case
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio

MAJORITY = {"membersInFavour": 12}


@pytest.fixture
async def withdrawn(group: Api, submitted: Case) -> Case:
    """A case that its group withdrew after the submission."""
    path = f"/v1/cases/{submitted['id']}/actions/withdraw"
    answer = await group.post(path, json=MAJORITY, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    found: Case = answer.json()
    return found


async def read(api: Api, case: Case) -> Case:
    answer = await api.get(f"/v1/cases/{case['id']}")
    assert answer.status_code == 200, answer.text
    found: Case = answer.json()
    return found


async def test_each_names_the_other_to_whoever_may_know_of_both(group: Api, officers: Api, withdrawn: Case) -> None:
    anew = await open_case(group, previousCase=withdrawn["id"])
    assert anew["previousCase"] == withdrawn["id"]
    assert (await read(group, withdrawn))["laterCases"] == [anew["id"]]
    seen = await officers.get(f"/v1/cases/{withdrawn['id']}")
    assert seen.json()["laterCases"] == []  # of a draft the employer learns nothing
    submitted = await submit_case(group, anew)
    assert submitted["previousCase"] == withdrawn["id"]
    assert (await read(officers, anew))["previousCase"] == withdrawn["id"]
    after = await officers.get(f"/v1/cases/{withdrawn['id']}")
    assert after.json()["laterCases"] == [anew["id"]]
    assert after.headers["etag"] == seen.headers["etag"]  # the former case itself was not changed


async def test_another_body_learns_nothing_of_the_former_case(
    new_client: NewClient, group: Api, withdrawn: Case
) -> None:
    trust = await new_client(organisation=body_id(TRUST))
    anew = await submit_case(group, await open_case(group, employer=TRUST, previousCase=withdrawn["id"]))
    seen = await read(trust, anew)
    assert seen["previousCase"] is None
    assert withdrawn["id"] not in (await trust.get(f"/v1/cases/{anew['id']}/history")).text
    assert withdrawn["id"] not in (await trust.get(f"/v1/cases/{anew['id']}/bundle")).text
    assert (await read(group, anew))["previousCase"] == withdrawn["id"]


async def test_what_a_write_answers_tells_no_more(new_client: NewClient, group: Api, withdrawn: Case) -> None:
    """Rules see the whole case, and the answer to a write is made of what they saw."""
    trust = await new_client(organisation=body_id(TRUST))
    anew = await submit_case(group, await open_case(group, employer=TRUST, previousCase=withdrawn["id"]))
    path = f"/v1/cases/{anew['id']}"
    appointed = await trust.post(f"{path}/parties", json={"role": "case-officer", "person": "p-officer"})
    assert appointed.status_code == 201, appointed.text
    sent = {"sentOn": anew["submittedAt"][:10]}
    headers = {"If-Match": "*", "On-Behalf-Of": "p-officer"}
    answer = await trust.post(f"{path}/actions/acknowledge", json=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["previousCase"] is None


async def test_only_a_known_end_without_success_is_named(
    new_client: NewClient, group: Api, submitted: Case, withdrawn: Case
) -> None:
    for stranger, named in ((group, str(uuid.uuid4())), (await new_client(), withdrawn["id"])):
        answer = await stranger.post("/v1/cases", json={"previousCase": named})
        assert name_problem(answer) == (422, "not-an-earlier-case")
        assert answer.json()["errors"][0]["reason"] == "no such case, or you may not know of it"
    going_on = await submit_case(group, await open_case(group))
    answer = await group.post("/v1/cases", json={"previousCase": going_on["id"]})
    assert answer.json()["errors"][0]["reason"].startswith("it is eoi-submitted")


async def test_a_draft_takes_the_name_out_again(group: Api, withdrawn: Case) -> None:
    draft = await open_case(group)
    path, match = f"/v1/cases/{draft['id']}", {"If-Match": "*"}
    named = await group.patch(path, json={"previousCase": withdrawn["id"]}, headers=match)
    assert named.json()["previousCase"] == withdrawn["id"]
    left = await group.patch(path, json={"previousCase": None}, headers=match)
    assert left.json()["previousCase"] is None
    assert (await read(group, withdrawn))["laterCases"] == []
    itself = await group.patch(path, json={"previousCase": draft["id"]}, headers=match)
    assert itself.status_code == 422


async def test_python_and_sql_agree_on_who_may_know_of_a_related_case(
    new_client: NewClient, platform: Platform
) -> None:
    """As the caller the database leaves out what row-level security hides; as the system Python does."""
    group = await new_client(organisation=employer_id())
    former = await open_case(group, commissioner=TRUST)
    path = f"/v1/cases/{former['id']}/actions/withdraw"
    assert (await group.post(path, headers={"If-Match": "*"})).status_code == 200
    anew = await submit_case(group, await open_case(group, commissioner=TRUST, previousCase=former["id"]))
    database = platform.runtimes["applications"].database
    async with database.transaction() as session:
        whole = await read_snapshot(session, uuid.UUID(anew["id"]), readers=SYSTEM, now=utcnow())
    assert whole is not None
    [related] = whole.related
    told = set()
    for readers in (
        (f"client:{group.client_id}", f"org:{employer_id()}"),
        ("client:officers", f"org:{employer_id()}"),
        ("client:trust", f"org:{body_id(TRUST)}"),
        ("client:central", "scope:cases:oversee"),
        SYSTEM,
    ):
        async with database.transaction(readers, read_only=True) as session:
            seen = await read_snapshot(session, whole.case.id, readers=readers, now=utcnow())
        assert seen is not None
        assert bool(seen.related) == may_know_of(related, readers), readers
        told.add(bool(seen.related))
    assert told == {True, False}
