"""Who was shown whose names is logged before it is sent, for who vouches, and nobody changes it."""

import uuid
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rtp_embedded.platform import Platform
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import open_case, submit_case
from tests.support.people import acting, appointed, end

pytestmark = pytest.mark.anyio

READS = "/v1/personal-data-reads"


async def list_reads(api: Api, **params: Any) -> list[dict[str, Any]]:
    answer = await api.get(READS, params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture
async def named(group: Api) -> tuple[Case, str]:
    case, person = await open_case(group), f"p-{uuid.uuid4().hex}"
    await appointed(group, case, "applicant-member", person, name="Ann Example")
    return await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json()), person


async def test_the_body_s_reading_of_a_name_is_known_to_who_vouches(
    named: tuple[Case, str], group: Api, officers: Api, outside: Api
) -> None:
    case, person = named
    assert (await officers.get(f"/v1/cases/{case['id']}/parties", headers=acting("p-officer"))).status_code == 200
    [read] = await list_reads(group, person=person, clientId=officers.client_id)
    assert (read["kind"], read["caseId"], read["organisation"]) == ("names", case["id"], str(officers.organisation))
    assert read["onBehalfOf"] is None, "whose officer it was, the body says"
    assert await list_reads(outside, person=person) == []
    assert await list_reads(group, person=person, kind="complaint") == []


async def test_a_list_with_names_is_logged_case_by_case(named: tuple[Case, str], group: Api, officers: Api) -> None:
    _, person = named
    assert (await officers.get("/v1/cases", params={"expand": "parties", "limit": 50})).status_code == 200
    assert len(await list_reads(group, person=person, clientId=officers.client_id)) == 1
    assert (await officers.get("/v1/cases", params={"limit": 50})).status_code == 200
    assert len(await list_reads(group, person=person, clientId=officers.client_id)) == 1, "no names, no entry"


async def test_of_a_draft_nobody_is_told_who_reads_it(group: Api, new_client: NewClient) -> None:
    case, person = await open_case(group), f"p-{uuid.uuid4().hex}"
    await appointed(group, case, "applicant-member", person, name="Ann Example")
    assert (await group.get(f"/v1/cases/{case['id']}/parties")).status_code == 200
    assert await list_reads(group, person=person) == []
    overseer = await new_client(scopes="personal-data:ask personal-data:oversee")
    assert await list_reads(overseer, person=person) != []


async def test_it_takes_the_pseudonym_of_an_erased_person(named: tuple[Case, str], group: Api, officers: Api) -> None:
    case, person = named
    shown = (await officers.get(f"/v1/cases/{case['id']}/parties")).json()["items"]
    [party] = [each for each in shown if each["person"] == person]
    assert (await end(group, case, party)).status_code == 200
    erased = await group.post("/v1/personal-erasures", json={"reference": person, "reason": "person-asked"})
    assert erased.status_code == 201, erased.text
    assert await list_reads(group, person=person) == []
    assert await list_reads(group, person=erased.json()["pseudonym"], clientId=officers.client_id) != []


@pytest.mark.parametrize(
    "statement", ["UPDATE personal_data_reads SET people = '{}'", "DELETE FROM personal_data_reads"]
)
async def test_the_web_may_neither_change_nor_delete_it(platform: Platform, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with platform.runtimes["applications"].database.transaction() as session:
            await session.execute(text(statement))


async def test_nobody_adds_an_entry_as_another(platform: Platform) -> None:
    forged = (
        "INSERT INTO personal_data_reads (at, kind, client_id, organisation, holder, people, readers) "
        "VALUES (now(), 'names', 'somebody', gen_random_uuid(), '', '{}', '{}')"
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        async with platform.runtimes["applications"].database.transaction(["client:mallory"]) as session:
            await session.execute(text(forged))
