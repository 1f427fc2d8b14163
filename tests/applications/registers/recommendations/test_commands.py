"""The register of recommendations and obligations."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rtp_applications.bodies.models import body_id
from rtp_applications.registers.recommendations.load import load_recommendations
from rtp_embedded.platform import Platform
from rtp_shared.clock import today, utcnow
from tests.conftest import Api, NewClient
from tests.support.bodies import OVERSEER, tag
from tests.support.pages import read_pages
from tests.support.problems import list_fields, name_problem
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

GIVEN = {
    "kind": "obligation",
    "text": "Publish the register of decisions.",
    "addressedTo": ["Councils"],
    "addressedBodies": ["GB-LAE-CMD"],
    "dueOn": "2026-01-31",
    "source": "An act, section 1",
    "provenance": "found",
}


@pytest.fixture
async def api(new_client: NewClient) -> Api:
    """A client of the central team."""
    return await new_client(scopes=OVERSEER)


async def add(api: Api, **details: Any) -> dict[str, Any]:
    answer = await api.post("/v1/recommendations", json={**GIVEN, **details})
    assert answer.status_code == 201, answer.text
    recommendation: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/recommendations/{recommendation['id']}"
    return recommendation


async def listed(api: Api, **params: Any) -> list[dict[str, Any]]:
    return await read_pages(api, "/v1/recommendations", **params)


async def report(api: Api, it: dict[str, Any], state: str, **more: Any) -> Any:
    body = {"state": state, "note": "The board resolved it.", **more}
    return await api.post(f"/v1/recommendations/{it['id']}/actions/report-progress", json=body, headers=tag(it))


async def test_the_seventeen_are_there_and_say_what_was_not_recovered(stranger: Api) -> None:
    found = (await listed(stranger, kind="recommendation", limit=5))[:17]
    assert [each["number"] for each in found] == list(range(1, 18))
    for each in found[:9]:
        assert each["provenance"] == "found"
        assert each["addressedTo"]
    for each in found[9:]:
        assert (each["provenance"], each["state"], each["overdue"]) == ("not-recovered", "not-recovered", False)
        assert "not recovered" in each["text"]
    assert [each["overdue"] for each in found[:4]] == [True, True, True, False]
    pathways = (await stranger.get(f"/v1/recommendations/{found[2]['id']}")).json()
    assert any("Never made law" in update["note"] for update in pathways["updates"])
    (pipeline,) = [each for each in await listed(stranger, kind="act") if each["number"] == 1]
    assert (pipeline["state"], pipeline["doneOn"]) == ("done", "2012-06-25")


async def test_filters(api: Api) -> None:
    who = f"Who {uuid.uuid4()}"
    late, soon, done = [
        await add(api, addressedTo=[who, "Others"], dueOn=str(due))
        for due in (today() - timedelta(days=1), today(), today() - timedelta(days=9))
    ]
    assert (await report(api, done, "done")).status_code == 200

    async def ids(**params: Any) -> list[str]:
        return [each["id"] for each in await listed(api, **params)]

    assert await ids(addressedTo=who.upper()) == [late["id"], soon["id"], done["id"]]
    assert await ids(addressedTo=who, overdue="true") == [late["id"]]
    assert await ids(addressedTo=who, overdue="false", state="open") == [soon["id"]]
    assert await ids(addressedTo=who, kind="act") == []
    assert await ids(addressedTo="%") == []
    for camden in (str(body_id("GB-LAE-CMD")), "GB-LAE-CMD", "gb-lae-cmd", "E09000007"):
        assert late["id"] in await ids(addressedTo=camden)
    assert late["id"] not in await ids(addressedTo=str(body_id("GB-LAE-BNE")))


async def test_numbers_run_on_within_a_kind(api: Api) -> None:
    one, two = await add(api), await add(api)
    assert two["number"] == one["number"] + 1 > 9
    assert one["state"] == "open"
    assert one["addressedBodies"] == [str(body_id("GB-LAE-CMD"))]


async def test_progress_is_reported_and_kept(api: Api, stranger: Api) -> None:
    it = await add(api)
    assert it["overdue"]
    begun = await report(api, it, "in-progress")
    assert (begun.json()["overdue"], begun.json()["version"]) == (True, 2)
    done = await report(api, begun.json(), "done", doneOn="2026-02-01", evidence="https://example.org/minutes")
    assert done.status_code == 200, done.text
    assert done.headers["etag"] == '"3"'
    seen = (await stranger.get(f"/v1/recommendations/{it['id']}")).json()
    assert (seen["state"], seen["doneOn"], seen["overdue"]) == ("done", "2026-02-01", False)
    assert [each["state"] for each in seen["updates"]] == ["in-progress", "done"]
    assert seen["updates"][1]["organisation"] == str(api.organisation)
    assert seen["updates"][1]["evidence"] == "https://example.org/minutes"
    assert api.client_id not in str(seen)
    reopened = await report(api, seen, "open")
    assert (reopened.json()["doneOn"], reopened.json()["overdue"]) == (None, True)


async def test_done_without_a_day_is_done_today(api: Api) -> None:
    assert (await report(api, await add(api), "done")).json()["doneOn"] == str(today())


@pytest.mark.parametrize(
    ("state", "more", "field"),
    [
        ("done", {"doneOn": "2099-01-01"}, "/doneOn"),
        ("open", {"doneOn": "2020-01-01"}, "/doneOn"),
        ("not-recovered", {}, "/state"),
        ("open", {"note": " "}, "/note"),
        ("open", {"evidence": "javascript:alert(1)"}, "/evidence"),
        ("open", {"evidence": "https://exa mple.org/\n"}, "/evidence"),
    ],
)
async def test_a_wrong_report_changes_nothing(api: Api, state: str, more: dict[str, str], field: str) -> None:
    it = await add(api)
    answer = await report(api, it, state, **more)
    assert field in list_fields(answer)
    assert (await api.get(f"/v1/recommendations/{it['id']}")).json() == it


async def test_only_an_overseer_writes(new_client: NewClient) -> None:
    api, other = await new_client(scopes="cases:oversee"), await new_client(scopes="bodies:write cases:write")
    it = await add(api)
    assert (await other.post("/v1/recommendations", json=GIVEN)).status_code == 403
    assert (await report(other, it, "done")).status_code == 403


async def test_a_stale_version_is_refused(api: Api) -> None:
    it = await add(api)
    assert (await report(api, it, "in-progress")).status_code == 200
    assert (await report(api, it, "done")).status_code == 412
    path = f"/v1/recommendations/{it['id']}/actions/report-progress"
    assert (await api.post(path, json={"state": "done", "note": "x"})).status_code == 428


async def test_nothing_is_reported_on_what_was_not_recovered(api: Api) -> None:
    lost = (await listed(api, state="not-recovered"))[0]
    answer = await report(api, lost, "done")
    assert name_problem(answer) == (409, "nothing-to-report-on")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"addressedBodies": ["GB-LAE-CMD", "GB-LAE-NONE"]}, "/addressedBodies/1"),
        ({"addressedTo": []}, "/addressedTo"),
        ({"provenance": "not-recovered"}, "/provenance"),
        ({"kind": "wish"}, "/kind"),
        ({"text": "\u0000"}, "/text"),
        ({"number": 3}, "/number"),
    ],
)
async def test_bad_entries_name_the_field(api: Api, changed: dict[str, Any], field: str) -> None:
    answer = await api.post("/v1/recommendations", json={**GIVEN, **changed})
    assert field in list_fields(answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/{uuid.UUID(int=7)}", 404),
        ("/1", 422),
        ("?after=x", 422),
        ("?after=WyJhY3QiLDk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", 422),
        ("?state=lost", 422),
        ("?addressedTo=%00", 422),
        ("?overdue=perhaps", 422),
    ],
)
async def test_wrong_questions_are_problems(stranger: Api, path: str, status: int) -> None:
    answer = await stranger.get(f"/v1/recommendations{path}")
    assert answer.status_code == status, answer.text


async def test_loading_again_changes_nothing_and_leaves_what_was_reported(platform: Platform) -> None:
    applications = platform.runtimes["applications"]
    state = text("SELECT id, state, version, changed_at FROM recommendations ORDER BY id")
    updates = text("SELECT count(*) FROM recommendation_updates")
    first = text("SELECT id FROM recommendations WHERE kind = 'recommendation' AND number = 6")
    async with open_as(applications, "operator") as session:
        id_ = await session.scalar(first)
        await session.execute(
            text("UPDATE recommendations SET state = 'done', text = 'by hand' WHERE id = :id"), {"id": id_}
        )
        await session.execute(
            text(
                "INSERT INTO recommendation_updates (recommendation_id, at, by, state, note) "
                "VALUES (:id, now(), 'somebody', 'done', 'x')"
            ),
            {"id": id_},
        )
        before = (await session.execute(state)).all(), await session.scalar(updates)
        assert await load_recommendations(session, utcnow()) == "27 recommendations and obligations"
        assert ((await session.execute(state)).all(), await session.scalar(updates)) == before
        await session.execute(text("UPDATE recommendations SET text = 'wrong' WHERE number = 7 AND version = 1"))
        await load_recommendations(session, utcnow())
        wrong = await session.scalar(text("SELECT count(*) FROM recommendations WHERE text = 'wrong'"))
        assert wrong == 0
        await session.rollback()
