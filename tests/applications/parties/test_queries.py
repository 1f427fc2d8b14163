"""Personal names: who is shown which, and where they are never found."""

import io
import json
import logging
import zipfile
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from rtp_applications.parties.queries import list_names
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.identities import organisation_identity
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.people import appoint, appointed, end, parties
from tests.support.tables import connect_as_owner, open_as

pytestmark = pytest.mark.anyio

LEAD, MEMBER, OFFICER, ADVISER = "Leadname Zebra", "Membername Yak", "Officername Xerus", "Advisername Wombat"
AUDIT = "SELECT a::text AS row FROM audit_entries a WHERE case_id = $1::text::uuid"
EVENTS = "SELECT convert_from(body, 'UTF8') AS row FROM outbox WHERE case_id = $1::text::uuid"
NAMES = (LEAD, MEMBER, OFFICER, ADVISER)


async def named(api: Api, case: dict[str, Any]) -> dict[str, str | None]:
    return {each["person"]: each["name"] for each in await parties(api, case)}


async def a_group_with_names(new_client: NewClient) -> tuple[Api, Api, dict[str, Any]]:
    """The group's client, an outside adviser's client, and a draft with people in it."""
    group, outside = await new_client(), await new_client()
    case = await open_case(group)
    lead = (await parties(group, case))[0]
    path = f"/v1/cases/{case['id']}/parties/{lead['id']}"
    assert (await group.patch(path, json={"name": LEAD}, headers={"If-Match": "*"})).status_code == 200
    await appointed(group, case, "applicant-member", "p-member", name=MEMBER)
    await appointed(group, case, "adviser", "p-adviser", name=ADVISER, holder={"client": outside.client_id})
    return group, outside, case


async def test_who_sees_which_name(new_client: NewClient) -> None:
    group, outside, case = await a_group_with_names(new_client)
    officers = await new_client(organisation=employer_id())
    overseer = await new_client(scopes="cases:read cases:write cases:oversee")
    lead = group.person
    assert await named(group, case) == {lead: LEAD, "p-member": MEMBER, "p-adviser": ADVISER}
    assert set((await named(outside, case)).values()) == {None}
    await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    await appointed(officers, case, "case-officer", "p-officer", name=OFFICER)
    assert await named(group, case) == {lead: LEAD, "p-member": MEMBER, "p-adviser": ADVISER, "p-officer": OFFICER}
    assert await named(officers, case) == {lead: LEAD, "p-member": MEMBER, "p-adviser": None, "p-officer": OFFICER}
    assert await named(overseer, case) == {lead: LEAD, "p-member": MEMBER, "p-adviser": None, "p-officer": None}
    assert set((await named(outside, case)).values()) == {None}


async def test_no_body_is_told_of_who_left_before_the_submission(
    group: Api, officers: Api, overseer: Api, case: Case
) -> None:
    left = await appointed(group, case, "applicant-member", "p-left", name=MEMBER, mandate="Night shift")
    stayed = await appointed(group, case, "applicant-member", "p-stayed", name=LEAD)
    assert (await end(group, case, left)).status_code == 200
    await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    for api in (officers, overseer):
        assert await named(api, case) == {group.person: None, "p-stayed": LEAD}
        assert "Night shift" not in (await api.get(f"/v1/cases/{case['id']}/parties")).text
    assert (await end(group, case, stayed)).status_code == 200
    assert (await named(group, case))["p-stayed"] == LEAD


async def test_a_pseudonym_is_the_same_for_everybody_and_for_ever(new_client: NewClient) -> None:
    group, outside, case = await a_group_with_names(new_client)
    case = await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    more = [await appointed(group, case, "applicant-member", f"p-{number}") for number in range(3)]
    assert [each["pseudonym"] for each in more] == ["Applicant 3", "Applicant 4", "Applicant 5"]
    await end(group, case, more[0])
    await appointed(group, case, "applicant-lead", "p-2")
    known = {
        group.person: "Applicant 1", "p-member": "Applicant 2", "p-adviser": None,
        "p-0": "Applicant 3", "p-1": "Applicant 4", "p-2": "Applicant 5",
    }  # fmt: skip
    for api in (group, outside):
        shown = {each["person"]: each["pseudonym"] for each in await parties(api, case)}
        assert shown.items() <= known.items()
        # whose part ended on the day of the submission may have left before it
        assert known.keys() - shown.keys() == (set() if api is group else {group.person})


async def test_names_are_in_no_audit_event_log_or_bundle(
    platform: Platform, database_server: Postgres, new_client: NewClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    group, outside, case = await a_group_with_names(new_client)
    refused = await appoint(group, case, "applicant-member", "p-member", name="Refusedname Vole")
    assert refused.status_code == 409
    assert "Vole" not in refused.text
    await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    officers = await new_client(organisation=employer_id())
    await appointed(officers, case, "case-officer", "p-officer", name=OFFICER)
    async with connect_as_owner(database_server) as connection:
        audit = await connection.fetch(AUDIT, case["id"])
        events = await connection.fetch(EVENTS, case["id"])
    assert len(audit) > 5
    assert len(events) > 4
    stored = [row["row"] for row in (*audit, *events)]
    assert any("p-member" in each for each in stored)
    said = [*stored, *(json.dumps(vars(record), default=str) for record in caplog.records)]
    for api in (group, outside, officers):
        path = f"/v1/cases/{case['id']}"
        said += [(await api.get(f"{path}{part}")).text for part in ("", "/history", "/records", "/history/verify")]
    said += [await unzipped(api, case) for api in (group, outside, officers)]
    for name in (*NAMES, "Vole"):
        assert not any(name.split()[-1] in each for each in said), name


async def unzipped(api: Api, case: dict[str, Any]) -> str:
    answer = await api.get(f"/v1/cases/{case['id']}/bundle")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


async def test_row_level_security_alone_shows_no_name_to_who_may_not_see_it(
    new_client: NewClient, platform: Platform
) -> None:
    group, outside, case = await a_group_with_names(new_client)
    officers, rival = organisation_identity(employer_id()), "org:another"

    async def read(*identities: str) -> set[str]:
        async with open_as(platform.background["applications"], "web", identities) as session:
            return set((await list_names(session, UUID(case["id"]))).values())

    own, adviser = f"client:{group.client_id}", f"client:{outside.client_id}"
    assert await read(own) == {LEAD, MEMBER, ADVISER}
    assert await read(officers) == await read(adviser) == await read(rival) == set()
    await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    assert await read(own) == {LEAD, MEMBER, ADVISER}
    assert await read(officers) == {LEAD, MEMBER}
    assert await read(own, officers) == {LEAD, MEMBER, ADVISER}
    assert await read(adviser) == await read(rival) == set()


async def test_a_name_that_the_release_before_writes_is_kept_apart(new_client: NewClient, platform: Platform) -> None:
    group, _, case = await a_group_with_names(new_client)
    async with open_as(platform.background["applications"], "owner") as session:
        rename = "UPDATE case_parties SET name = 'Old Okapi' WHERE person = 'p-member' AND case_id = :id"
        await session.execute(text(rename), {"id": UUID(case["id"])})
        kept = await session.scalars(
            text("SELECT name FROM case_parties WHERE case_id = :id"), {"id": UUID(case["id"])}
        )
        assert set(kept) == {None}
    assert (await named(group, case))["p-member"] == "Old Okapi"


async def test_the_disclosure_names_nobody_whose_last_day_had_passed(new_client: NewClient, platform: Platform) -> None:
    group, _, case = await a_group_with_names(new_client)
    officers = await new_client(organisation=employer_id())
    async with open_as(platform.background["applications"], "owner") as session:
        past = "UPDATE case_parties SET valid_to = current_date - 2 WHERE person = 'p-member' AND case_id = :id"
        await session.execute(text(past), {"id": UUID(case["id"])})
    await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    told = (await officers.get(f"/v1/cases/{case['id']}/history")).text
    assert "client.test" in told
    assert "p-member" not in told
    assert "p-member" not in (await officers.get(f"/v1/cases/{case['id']}/parties")).text
