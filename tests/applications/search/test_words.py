"""What words find: all that the caller may see, and by no answer anything that it may not."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from rtp_embedded.postgres import Postgres
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Office
from tests.support.cases import open_case, submit_case
from tests.support.tables import connect_as_owner, connect_for, require_denied

pytestmark = pytest.mark.anyio


async def find(api: Api, q: str, person: str | None = None, **query: Any) -> list[str]:
    headers = {"On-Behalf-Of": person} if person else {}
    answer = await api.get("/v1/cases", params={"q": q, "count": "true", "facet": "status", **query}, headers=headers)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["count"]["cases"] == len(found["items"]) == sum(each["cases"] for each in found["count"]["facets"])
    return [item["id"] for item in found["items"]]


def mark() -> str:
    """A word that stands nowhere else, all of letters."""
    return "x" + "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex)


@pytest.fixture
async def adviser(new_client: NewClient, office: Office) -> Api:
    api = await new_client()
    await office.group.appoint(office.case, "adviser", "adviser-1", holder={"client": api.client_id}, name="Ada Xyzzy")
    return api


async def plant(office: Office) -> Mapping[str, str]:
    """Put a word on file in each place where words are; return the words."""
    words = {name: mark() for name in ("open", "confidential", "bodies", "disclosed", "undisclosed")}
    path = f"/v1/cases/{office.case['id']}"
    documents = {
        "open": (office.officer, {}),
        "confidential": (office.officer, {"confidentiality": "confidential"}),
        "bodies": (office.officer, {"audience": "bodies"}),
    }
    for name, (desk, more) in documents.items():
        answer = await desk.post(f"{path}/documents", {"kind": "other", "title": f"Plan {words[name]}", **more})
        assert answer.status_code == 201, answer.text
    for name in ("disclosed", "undisclosed"):
        barrier = {"kind": "other", "description": f"They keep {words[name]}", "disclosed": name == "disclosed"}
        assert (await office.group.post(f"{path}/barriers", barrier)).status_code == 201
    return words


async def test_each_side_finds_what_it_sees(office: Office, adviser: Api, new_client: NewClient) -> None:
    words, case = await plant(office), office.case["id"]
    central, stranger = await new_client(scopes="cases:read cases:oversee"), await new_client()
    sees = {
        office.group.api: {"open", "confidential", "disclosed"},
        office.officer.api: {"open", "confidential", "bodies", "disclosed"},
        central: {"open", "confidential", "bodies", "disclosed"},
        adviser: {"open", "disclosed"},
        stranger: set[str](),
    }
    for api, seen in sees.items():
        for name, word in words.items():
            assert await find(api, word) == ([case] if name in seen else []), (name, api.client_id)
            assert await find(api, word[:12]) == ([case] if name in seen else []), (name, "by its beginning")
        assert await find(api, "Xyzzy") == [], "no name of a person is found"


async def test_a_person_with_an_outside_part_finds_no_more_than_it_shows(office: Office) -> None:
    """Whoever vouches for the person: here the group's own client, and then the body's."""
    words, case = await plant(office), office.case["id"]
    await office.group.appoint(office.case, "mentor", "mentor-1")
    for person, confidential in ((None, [case]), ("somebody-else", [case]), ("mentor-1", [])):
        assert await find(office.group.api, words["confidential"], person) == confidential, person
        assert await find(office.group.api, words["open"], person) == [case], person


async def test_a_draft_is_found_by_its_own_client_until_it_is_submitted(group: Api, officers: Api) -> None:
    word = mark()
    draft = await open_case(group, serviceName=f"Saint Mary's {word} Libraries", summary="Reading & writing for all")
    for typed in (word, f"st marys {word}", f"library {word}", f"WRITING and {word[:9]}", f"libraries {word}"):
        assert (await find(group, typed), await find(officers, typed)) == ([draft["id"]], []), typed
    assert await find(group, f"{word} swimming") == []
    assert await find(group, "!!") == [], "no word is in no text"
    await submit_case(group, draft)
    assert await find(officers, f"library {word}") == [draft["id"]]


async def test_what_was_withdrawn_in_a_draft_is_the_groups_own(group: Api, officers: Api) -> None:
    word, draft = mark(), await open_case(group)
    desk = ActorClient(group, group.person)
    opening = {"kind": "other", "title": f"Draft {word}"}
    document = (await desk.post(f"/v1/cases/{draft['id']}/documents", opening)).json()
    withdraw = f"/v1/cases/{draft['id']}/documents/{document['id']}/actions/withdraw"
    assert (await desk.post(withdraw)).status_code == 200
    await submit_case(group, await desk.read(draft))
    assert (await find(group, word), await find(officers, word)) == ([draft["id"]], [])


async def test_what_is_changed_is_found_as_it_is_now(office: Office) -> None:
    words, case = await plant(office), office.case["id"]
    documents = (await office.officer.get(f"/v1/cases/{case}/documents")).json()["items"]
    bodies_own = next(each for each in documents if each["audience"] == "bodies")
    address, other = f"/v1/cases/{case}/documents/{bodies_own['id']}", mark()
    headers = {"If-Match": f'"{bodies_own["revision"]}"', "On-Behalf-Of": office.officer.person}
    changed = await office.officer.api.patch(address, json={"title": other, "audience": "everybody"}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert await find(office.officer.api, words["bodies"]) == []
    assert await find(office.group.api, other) == [case]


async def test_row_level_security_alone_holds(office: Office, adviser: Api, database_server: Postgres) -> None:
    """Without the query's own filter: by the table, and by the function that asks the index."""
    words, case = await plant(office), uuid.UUID(office.case["id"])
    async with connect_as_owner(database_server) as connection:
        readers = await connection.fetchval("SELECT readers FROM cases WHERE id = $1", case)
    employer, outside, inside = (
        office.officer.api.organisation,
        {"open", "disclosed"},
        {"open", "disclosed", "confidential"},
    )
    sees = {
        f"client:{office.group.api.client_id} org:{employer}": inside,
        f"client:x org:{employer}": {*inside, "bodies"},
        f"client:{adviser.client_id} org:{adviser.organisation}": outside,
        f"client:{adviser.client_id} org:{employer}": {*inside, "bodies"},
        "client:x org:y": set[str](),
        "": set[str](),
    }
    asked = "FROM seek_words($1, $2, false) AS sought"
    for identities, seen in sees.items():
        async with connect_for(database_server, identities) as connection:
            for name, word in words.items():
                by_index = f"SELECT DISTINCT f.case_id {asked}, find_search_entries(sought, sought) f"
                by_table = f"SELECT DISTINCT e.case_id {asked}, search_entries e WHERE e.words @@ sought"
                for query in (by_index, by_table):
                    found = [row["case_id"] for row in await connection.fetch(query, word, readers)]
                    assert found == ([case] if name in seen else []), (identities, name, query)


async def test_row_level_security_alone_holds_for_lists(office: Office, group: Api, database_server: Postgres) -> None:
    """Whatever readers are named: a draft is known to its own client, and a case to those who are among its readers."""
    case, draft = uuid.UUID(office.case["id"]), uuid.UUID((await open_case(group))["id"])
    async with connect_as_owner(database_server) as connection:
        readers = await connection.fetchval(
            "SELECT array_agg(DISTINCT reader) FROM cases, unnest(readers || body_readers) reader WHERE id = ANY ($1)",
            [case, draft],
        )
    employer = office.officer.api.organisation
    sees = {
        f"client:{office.group.api.client_id} org:{employer}": {case},
        f"client:{group.client_id} org:{employer}": {case, draft},
        f"client:x org:{employer}": {case},
        "client:x org:y": set[uuid.UUID](),
        "": set[uuid.UUID](),
    }
    walk = "walk_list_entries($2, $3, false, 100000, NULL, NULL, NULL)"
    find_words = "find_first_cases('service', $2, 'p', now()::date, '{}', $3, false, 9999, 9, 9)"
    walked, found = ("SELECT case_id FROM " + each + " WHERE case_id = ANY ($1)" for each in (walk, find_words))  # noqa: S608
    for identities, seen in sees.items():
        async with connect_for(database_server, identities) as connection:
            table = await connection.fetch("SELECT case_id FROM list_entries WHERE case_id = ANY ($1)", [case, draft])
            assert {row["case_id"] for row in table} == seen, identities
            for query in (walked, found):
                rows = await connection.fetch(query, [case, draft], readers, uuid.UUID(int=2**128 - 1))
                assert {row["case_id"] for row in rows} <= seen, (identities, query)
                assert query != walked or {row["case_id"] for row in rows} == seen, identities


async def test_an_entry_follows_its_case(group: Api, officers: Api) -> None:
    draft = await open_case(group, sector="youth")
    answer = await group.patch(
        f"/v1/cases/{draft['id']}", json={"sector": "fire-and-rescue"}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text
    for sector, seen in (("youth", False), ("fire-and-rescue", True)):
        listed = (await group.get("/v1/cases", params={"sector": sector})).json()["items"]
        assert (draft["id"] in [each["id"] for each in listed]) == seen, sector
    theirs: dict[str, str | int] = {"sector": "fire-and-rescue", "limit": 200}
    assert draft["id"] not in [each["id"] for each in (await officers.get("/v1/cases", params=theirs)).json()["items"]]
    await submit_case(group, answer.json())
    assert draft["id"] in [each["id"] for each in (await officers.get("/v1/cases", params=theirs)).json()["items"]]


async def test_no_process_writes_the_index(database_server: Postgres) -> None:
    for statement in (
        "DELETE FROM search_entries",
        "DELETE FROM list_entries",
        "UPDATE list_entries SET reader = 'client:me'",
        "INSERT INTO list_entries SELECT * FROM list_entries",
        "SELECT * FROM current_list_entries",
        "UPDATE search_entries SET reader = 'client:me'",
        "INSERT INTO search_entries SELECT * FROM search_entries",
        "SELECT * FROM current_search_entries",
        "SELECT refresh_search_entries(uuidv7())",
    ):
        await require_denied(database_server, statement)


async def test_the_index_is_what_it_would_be_if_it_were_made_anew(office: Office, database_server: Postgres) -> None:
    """Of whatever the tests before have done with cases: triggers miss nothing."""
    await plant(office)
    for table in ("search_entries", "list_entries"):
        async with connect_as_owner(database_server) as connection:
            differing = await connection.fetch(
                "(SELECT * FROM kept EXCEPT SELECT * FROM current_kept) UNION ALL "
                "(SELECT * FROM current_kept EXCEPT SELECT * FROM kept)".replace("kept", table)
            )
        assert not differing, table
