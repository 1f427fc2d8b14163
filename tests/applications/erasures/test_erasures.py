"""A person is erased, through the platform: nothing names them any more, and every chain and bundle holds."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rtp_applications.history.verify import verify
from rtp_embedded.platform import Platform
from tests.applications.deadlines.office import list_events, list_kinds
from tests.applications.history.stories import history_of
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Case
from tests.support.cases import open_case, submit_case
from tests.support.documents import added, pdf, put
from tests.support.mentions import find_mentions
from tests.support.people import act, acting, appointed, end, parties

pytestmark = pytest.mark.anyio

ERASURES = "/v1/personal-erasures"


@dataclass(frozen=True)
class Person:
    reference: str
    name: str
    case: Case
    party: dict[str, Any]

    @property
    def asked(self) -> dict[str, str]:
        return {"reference": self.reference, "reason": "person-asked"}


@pytest.fixture
async def person(group: Api, officers: Api) -> Person:
    """Somebody who did what a member of a group does; the answer to a write that may be repeated names them."""
    reference, name = f"p-{uuid.uuid4().hex}", f"Name{uuid.uuid4().hex}"
    case = await open_case(group)
    body = {"role": "applicant-member", "person": reference, "name": name, "mandate": f"Vote on {reference}"}
    headers = {"If-Match": "*", "Idempotency-Key": f'"{uuid.uuid4()}"'}
    party = await group.post(f"/v1/cases/{case['id']}/parties", json=body, headers=headers)
    assert party.status_code == 201, party.text
    document = await added(ActorClient(group, reference), case, "other", title="A letter")
    assert (await put(ActorClient(group, reference), document, pdf("x"))).status_code == 201
    conflict = {"person": reference, "nature": f"Kin of {name}"}
    await act(group, case, "declare-conflict", conflict, by=reference)
    case = await submit_case(group, (await group.get(f"/v1/cases/{case['id']}")).json())
    barrier = {"kind": "other", "description": "Slow", "disclosed": True}
    answer = await group.post(f"/v1/cases/{case['id']}/barriers", json=barrier, headers=acting(reference))
    assert answer.status_code == 201, answer.text
    await appointed(officers, case, "case-officer", "p-one")
    return Person(reference, name, case, party.json())


async def leave(group: Api, person: Person) -> None:
    assert (await end(group, person.case, person.party)).status_code == 200


async def test_nothing_names_the_person_and_all_chains_hold(
    person: Person, group: Api, officers: Api, platform: Platform, tmp_path: Path
) -> None:
    case = person.case
    await leave(group, person)
    before = await history_of(group, case)
    assert "applications.stored_answers" in await find_mentions(platform, person.reference)
    answer = await group.post(ERASURES, json=person.asked)
    assert answer.status_code == 201, answer.text
    await platform.drain_events()
    assert await find_mentions(platform, person.reference) == []
    assert await find_mentions(platform, person.name) == []
    for api in (group, officers):
        assert (await api.get(f"/v1/cases/{case['id']}/history/verify")).json()["faults"] == []
        bundle = await api.get(f"/v1/cases/{case['id']}/bundle")
        (file := tmp_path / "bundle.zip").write_bytes(bundle.content)
        assert verify(file).faults == []
    after = await history_of(group, case)
    assert [each["hash"] for each in after[: len(before)]] == [each["hash"] for each in before]
    assert {each["erased"] for each in after} == {None, "in-part"}
    assert answer.json()["pseudonym"] in [each["person"] for each in await parties(group, case)]
    assert (await list_kinds(group, case))[-1] == "personal-data-erased"
    assert person.reference not in str(await list_events(group, case))


async def test_a_version_is_counted_so_that_no_cache_shows_it(person: Person, group: Api) -> None:
    await leave(group, person)
    old = (await group.get(f"/v1/cases/{person.case['id']}")).headers["etag"]
    await group.post(ERASURES, json=person.asked)
    assert (await group.get(f"/v1/cases/{person.case['id']}")).headers["etag"] != old


async def test_who_still_acts_is_not_erased(person: Person, group: Api, platform: Platform) -> None:
    assert (await group.post(ERASURES, json=person.asked)).status_code == 409
    assert (await group.post(ERASURES, json=person.asked, params={"dryRun": True})).status_code == 409
    assert await find_mentions(platform, person.name) != []


async def test_only_who_vouches_or_answers_for_the_data_erases(
    person: Person, group: Api, officers: Api, outside: Api, stranger: Api, new_client: NewClient
) -> None:
    await leave(group, person)
    for api, status in ((officers, 404), (outside, 404), (stranger, 403)):
        assert (await api.post(ERASURES, json=person.asked)).status_code == status
    eraser = await new_client(scopes="cases:read cases:write cases:erase")
    answer = await eraser.post(ERASURES, json=person.asked)
    assert answer.status_code == 201, answer.text
    assert answer.json()["counts"] | {"entries": 0} == {"cases": 1, "parties": 1, "entries": 0, "keptOnHold": 0}
    assert (await eraser.get(answer.headers["Location"])).json() == answer.json()
    assert [each["id"] for each in (await eraser.get(ERASURES)).json()["items"]] == [answer.json()["id"]]
    for api in (group, officers):
        assert (await api.get(answer.headers["Location"])).status_code == 404
        assert answer.json()["id"] not in (await api.get(ERASURES)).text
    assert (await eraser.post(ERASURES, json=person.asked)).status_code == 404, "nothing is left"


async def test_a_preview_stands_for_what_goes(person: Person, group: Api) -> None:
    await leave(group, person)
    seen = await group.post(ERASURES, json=person.asked, params={"dryRun": True})
    assert seen.status_code == 200, seen.text
    assert seen.json()["counts"]["cases"] == 1
    assert any("register of decisions" in each["what"] for each in seen.json()["kept"])
    await appointed(group, person.case, "applicant-member", "p-more")
    ahead = {"If-Match": seen.headers["etag"]}
    assert (await group.post(ERASURES, json=person.asked, headers=ahead)).status_code == 412
    again = await group.post(ERASURES, json=person.asked, params={"dryRun": True})
    ahead = {"If-Match": again.headers["etag"]}
    assert (await group.post(ERASURES, json=person.asked, headers=ahead)).status_code == 201


async def test_a_legal_hold_keeps_the_person_and_says_so(
    person: Person, group: Api, officers: Api, platform: Platform
) -> None:
    await leave(group, person)
    path = f"/v1/cases/{person.case['id']}/holds"
    assert (await officers.post(path, json={"reason": "Claim"}, headers=acting("p-one"))).status_code == 201
    assert (await group.post(ERASURES, json=person.asked)).status_code == 409
    other = await open_case(group)
    party = await appointed(group, other, "applicant-member", person.reference)
    await end(group, other, party)
    answer = await group.post(ERASURES, json=person.asked)
    assert answer.status_code == 201, answer.text
    assert answer.json()["counts"]["keptOnHold"] == 1
    assert any("legal hold" in each["what"] for each in answer.json()["kept"])
    assert await find_mentions(platform, person.name) != []
    assert (await group.get(f"/v1/cases/{other['id']}/history/verify")).json()["holds"]


async def test_another_whose_reference_begins_alike_stays(person: Person, group: Api) -> None:
    await appointed(group, person.case, "applicant-member", f"{person.reference}-b", name="Stays")
    await leave(group, person)
    assert (await group.post(ERASURES, json=person.asked)).status_code == 201
    assert f"{person.reference}-b" in [each["person"] for each in await parties(group, person.case)]
    assert "Stays" in [each["name"] for each in await parties(group, person.case)]
