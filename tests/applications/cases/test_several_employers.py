"""Staff of several employers in one application: who sees it, who answers, and who does not."""

import pytest

from rtp_applications.bodies.models import body_id
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import EMPLOYER, TRUST, open_case, submit_case
from tests.support.problems import name_problem

pytestmark = pytest.mark.anyio
ANY = {"If-Match": "*"}


@pytest.fixture
async def trust(new_client: NewClient) -> Api:
    """A client of the further employer."""
    return await new_client(organisation=body_id(TRUST))


@pytest.fixture
async def joint(group: Api, trust: Api) -> Case:
    """A submitted case of two employers; of the draft the further one knew nothing."""
    draft = await open_case(group, furtherEmployers=["RRV"])
    assert draft["furtherEmployers"] == [str(body_id(TRUST))]
    assert (await trust.get(f"/v1/cases/{draft['id']}")).status_code == 404
    return await submit_case(group, draft)


async def test_a_further_employer_answers_for_itself_and_acts_for_no_other(
    group: Api, officers: Api, trust: Api, joint: Case
) -> None:
    path = f"/v1/cases/{joint['id']}"
    for api, role, status in (
        (trust, "case-officer", 403), (officers, "further-employer", 403), (trust, "further-employer", 201),
    ):  # fmt: skip
        answer = await api.post(f"{path}/parties", json={"role": role, "person": f"p-{role}"})
        assert answer.status_code == status, answer.text
    said = {
        "employer": str(body_id(TRUST)), "answer": "takes-part", "reasons": "The nurses asked for it.",
        "decidedOn": joint["submittedAt"][:10], "reference": "Board minute 2026/14",
    }  # fmt: skip
    as_trust = {**ANY, "On-Behalf-Of": "p-further-employer"}
    answered = await trust.post(f"{path}/actions/record-employer-answer", json=said, headers=as_trust)
    assert answered.status_code == 200, answered.text
    for api in (group, officers, trust):
        records = (await api.get(f"{path}/records", params={"kind": "employer-answer"})).json()["items"]
        assert [each["content"]["answer"] for each in records] == ["takes-part"]


async def test_a_further_employer_is_another_body_that_exists(group: Api) -> None:
    for named in (EMPLOYER, "GB-NHS-NONE"):
        answer = await group.post("/v1/cases", json={"employer": EMPLOYER, "furtherEmployers": [named]})
        assert name_problem(answer) == (422, "unknown-body")
        assert answer.json()["errors"][0]["field"] == "/furtherEmployers"
    challenge = {"route": "community-right-to-challenge", "employer": EMPLOYER, "furtherEmployers": [TRUST]}
    assert name_problem(await group.post("/v1/cases", json=challenge)) == (422, "several-employers")


async def test_none_is_named_in_a_draft_that_it_could_know_of(group: Api, trust: Api) -> None:
    draft = await open_case(group)
    path = f"/v1/cases/{draft['id']}"
    adviser = {"role": "adviser", "person": "p-adviser", "holder": {"client": trust.client_id}}
    assert (await group.post(f"{path}/parties", json=adviser)).status_code == 201
    named = await group.patch(path, json={"furtherEmployers": [TRUST]}, headers=ANY)
    assert name_problem(named) == (409, "would-disclose")
    assert named.json()["errors"][0]["field"] == "/furtherEmployers"
