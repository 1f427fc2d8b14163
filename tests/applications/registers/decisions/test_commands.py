"""The public register of decisions: what is published, what never is, and what becomes of it."""

import csv
import io
import uuid
from typing import Any

import httpx
import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.clock import today
from tests.applications.registers.barriers.test_commands import events_of
from tests.conftest import Api, NewClient
from tests.support.actors import ActorClient, Office, announce_at_once, begin_review, submitted_office
from tests.support.cases import employer_id
from tests.support.problems import name_problem
from tests.support.tables import connect_for, require_denied

pytestmark = pytest.mark.anyio

CHALLENGE = "community-right-to-challenge"
REFUSAL = {
    "ground": "service-stopping",
    "reasons": "Officer Smith told us that it stops.",
    "publishedReasons": "The service stops.",
    "equalityNote": "No group is treated worse",
}
ACCEPTANCE = {"reasons": "It is sound.", "equalityNote": "Impact was assessed.", "wellBeing": "Jobs stay in the area"}


@pytest.fixture
async def anybody(platform: Platform) -> Any:
    async with Api(transport=httpx.ASGITransport(platform.app), base_url=platform.public_url) as nobody:
        yield nobody


async def under_review(new_client: NewClient, **details: Any) -> Office:
    named = {"serviceName": f"Service {uuid.uuid4()}", **details}
    office = await begin_review(await submitted_office(new_client, **named))
    if details.get("route") == CHALLENGE:
        await announce_at_once(office)
    return office


async def refused(new_client: NewClient, **details: Any) -> Office:
    office = await under_review(new_client, **details)
    await office.decider.do(office.case, "refuse-eoi", **REFUSAL)
    office.case = await office.second.do(office.case, "refuse-eoi")
    return office


async def listed(api: httpx.AsyncClient, case: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/decisions", params={"q": case["serviceName"], **params})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_under_the_challenge_a_refusal_publishes_itself(
    new_client: NewClient, platform: Platform, anybody: Api
) -> None:
    office = await refused(new_client, route=CHALLENGE)
    [entry] = await listed(anybody, office.case)
    assert {**entry, "id": "", "publishedAt": ""} == {
        "id": "",
        "publishedAt": "",
        "number": None,
        "body": str(employer_id()),
        "bodyName": "London Borough of Camden",
        "route": CHALLENGE,
        "serviceName": office.case["serviceName"],
        "region": office.case["region"],
        "sector": "adult-social-care",
        "decision": "refused",
        "decidedOn": entry["publishedAt"][:10],
        "ground": "service-stopping",
        "text": "The service stops.",
        "conditions": 0,
        "appeal": None,
        "overturned": None,
        "overturnedOn": None,
        "supersededBy": None,
        "version": 1,
    }
    one = await anybody.get(f"/v1/decisions/{entry['id']}")
    assert (one.json(), one.headers["etag"]) == (entry, '"1"')
    assert office.case["id"] not in one.text
    assert office.case["number"] not in one.text
    assert "Smith" not in one.text
    for desk in (office.group, office.officer, office.decider):
        assert desk.person not in one.text
    [told] = [e for e in await events_of(platform, office.group.api, office.case) if "decision-published" in e["type"]]
    assert (told["data"]["decisionId"], told["data"]["ground"]) == (entry["id"], "service-stopping")
    assert "The service stops." not in str(told)
    again = await office.officer.act(office.case, "publish-decision", {"decision": "refused", "reasonsOnFile": True})
    assert again.json()["guards"] == [
        {
            "guard": "not-published-yet",
            "reason": "it is published already",
            "condition": "The decision is not in the register yet.",
        }
    ]


async def test_elsewhere_an_officer_publishes_and_the_text_is_redacted(new_client: NewClient, anybody: Api) -> None:
    office = await refused(new_client)
    assert await listed(anybody, office.case) == []
    wrong = await office.officer.act(office.case, "publish-decision", {"decision": "approved", "text": "x"})
    assert wrong.json()["guards"][0]["guard"] == "decision-was-made"
    assert (await office.group.act(office.case, "publish-decision", {"decision": "refused"})).status_code == 403
    payload = {"decision": "refused", "text": "Redacted.", "showNumber": True}
    preview = (await office.officer.act(office.case, "publish-decision", payload, dryRun=True)).json()
    assert [each["type"].split(".")[-2] for each in preview["events"]] == ["decision-published"]
    assert await listed(anybody, office.case) == []
    await office.officer.do(office.case, "publish-decision", **payload)
    [entry] = await listed(anybody, office.case)
    assert (entry["text"], entry["number"], entry["route"]) == ("Redacted.", office.case["number"], "right-to-provide")


async def test_an_acceptance_has_its_reasons_published(new_client: NewClient, anybody: Api) -> None:
    office = await under_review(new_client, route=CHALLENGE)
    preview = (await office.decider.act(office.case, "accept-eoi", ACCEPTANCE, dryRun=True)).json()
    assert [each["type"].split(".")[-2] for each in preview["events"]] == ["eoi-accepted", "decision-published"]
    await office.decider.do(office.case, "accept-eoi", **ACCEPTANCE)
    [entry] = await listed(anybody, office.case)
    assert (entry["decision"], entry["text"], entry["ground"]) == ("accepted", "It is sound.", None)


async def reviewed_by(new_client: NewClient, office: Office) -> ActorClient:
    central = ActorClient(await new_client(scopes="cases:read cases:write cases:oversee"), "central-1")
    reviewing = ActorClient(await new_client(), "reviewer-1")
    await central.appoint(
        office.case, "escalation-reviewer", reviewing.person, holder={"client": reviewing.api.client_id}
    )
    return reviewing


async def test_a_remitted_refusal_stays_and_says_so(new_client: NewClient, anybody: Api) -> None:
    office = await refused(new_client)
    await office.officer.do(office.case, "publish-decision", decision="refused", reasonsOnFile=True)
    await office.group.do(office.case, "escalate", grounds="The costs were not read.")
    reviewing = await reviewed_by(new_client, office)
    await reviewing.do(office.case, "remit", to="eoi-under-review", reasons="It was not read.")
    [entry] = await listed(anybody, office.case)
    assert (entry["appeal"], entry["overturned"], entry["supersededBy"]) == ("remitted", "remitted", None)


async def test_a_refusal_taken_up_again_stays_and_says_what_came_in_its_place(
    new_client: NewClient, anybody: Api
) -> None:
    office = await refused(new_client, route=CHALLENGE)
    await office.group.do(office.case, "escalate", grounds="The costs were not read.")
    [entry] = await listed(anybody, office.case)
    assert (entry["appeal"], entry["version"]) == ("pending", 2)
    reviewing = await reviewed_by(new_client, office)
    await reviewing.do(office.case, "recommend-reopening", reasons="It was not read.", recommendations="Read it.")
    again = {"to": "eoi-under-review", "reasons": "The reviewer is right."}
    await office.decider.do(office.case, "reopen-refusal", **again)
    await office.second.do(office.case, "reopen-refusal")
    [entry] = await listed(anybody, office.case)
    assert (entry["appeal"], entry["overturned"], entry["supersededBy"]) == ("remitted", "reopened", None)
    assert entry["overturnedOn"]
    await office.decider.do(office.case, "accept-eoi", **ACCEPTANCE)
    accepted, former = await listed(anybody, office.case)
    assert (accepted["decision"], accepted["overturned"]) == ("accepted", None)
    assert (former["id"], former["supersededBy"]) == (entry["id"], accepted["id"])


async def test_an_acceptance_that_scrutiny_had_opened_again_does_not_stand(new_client: NewClient, anybody: Api) -> None:
    office = await under_review(new_client, route=CHALLENGE)
    await office.decider.do(office.case, "accept-eoi", **ACCEPTANCE)
    chair, why = ActorClient(office.officer.api, "scrutiny-1"), {"reasons": "Readers were not asked."}
    await chair.do(office.case, "call-in", **why)
    await chair.do(office.case, "record-scrutiny-response", **why)
    returned = await office.decider.do(office.case, "reopen-after-call-in", **why)
    assert returned["status"] == "eoi-under-review"
    [entry] = await listed(anybody, office.case)
    assert (entry["decision"], entry["overturned"]) == ("accepted", "reopened")


async def test_a_court_marks_the_decision_it_quashed(new_client: NewClient, anybody: Api) -> None:
    office = await under_review(new_client, route=CHALLENGE)
    await office.decider.do(office.case, "accept-eoi", **ACCEPTANCE)
    court = ActorClient(await new_client(scopes="cases:read cases:write cases:oversee cases:system"), "court")
    await court.do(office.case, "quash", reference="[2026] EWHC 1 (Admin)", madeOn=str(today()))
    [entry] = await listed(anybody, office.case)
    assert (entry["decision"], entry["overturned"]) == ("accepted", "quashed")
    await office.officer.do(office.case, "publish-decision", decision="quashed", reasonsOnFile=True)
    [order, former] = await listed(anybody, office.case)
    assert order["text"] == "Quashed by order of a court: [2026] EWHC 1 (Admin)"
    assert former["supersededBy"] == order["id"]


async def test_filters_and_pages(new_client: NewClient, anybody: Api) -> None:
    name = f"Day centre {uuid.uuid4()}"
    first = await refused(new_client, route=CHALLENGE, serviceName=name)
    second = await under_review(new_client, route=CHALLENGE, serviceName=name, sector="libraries-and-archives")
    await second.decider.do(second.case, "accept-eoi", **ACCEPTANCE)
    accepted, refusal = await listed(anybody, first.case)
    assert (accepted["decision"], refusal["decision"]) == ("accepted", "refused")
    day = refusal["decidedOn"]
    for params, found in (
        ({"decision": "refused"}, [refusal]),
        ({"ground": "service-stopping"}, [refusal]),
        ({"sector": "libraries-and-archives"}, [accepted]),
        ({"body": "GB-LAE-CMD"}, [accepted, refusal]),
        ({"body": str(employer_id()), "route": CHALLENGE}, [accepted, refusal]),
        ({"body": "GB-LAE-BNE"}, []),
        ({"route": "employer-led"}, []),
        ({"from": day, "to": day}, [accepted, refusal]),
        ({"from": "2099-01-01"}, []),
        ({"to": "2020-01-01"}, []),
        ({"region": refusal["region"]}, [accepted, refusal]),
        ({"region": "E00000000"}, []),
        ({"q": name.upper()}, [accepted, refusal]),
        ({"q": "%"}, []),
    ):
        answer = await anybody.get("/v1/decisions", params={"q": name, **params})
        assert answer.json()["items"] == found, params
    page = (await anybody.get("/v1/decisions", params={"q": name, "limit": 1})).json()
    after = (await anybody.get("/v1/decisions", params={"q": name, "limit": 1, "after": page["next"]})).json()
    assert ([*page["items"], *after["items"]], after["next"]) == ([accepted, refusal], None)


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "＝1+1"]


@pytest.mark.parametrize("hostile", [*FORMULAS, 'quote " and, comma\r\nand line', "<script>alert(1)</script>"])
async def test_hostile_text_stays_text(new_client: NewClient, anybody: Api, hostile: str) -> None:
    office = await under_review(new_client, route=CHALLENGE)
    await office.decider.do(office.case, "accept-eoi", reasons=hostile, equalityNote="None", wellBeing="Jobs stay")
    [entry] = await listed(anybody, office.case)
    assert entry["text"] == hostile
    answer = await anybody.get(
        "/v1/decisions", params={"q": office.case["serviceName"]}, headers={"Accept": "text/csv"}
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    [names, cells] = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert names == list(entry)
    row = dict(zip(names, cells, strict=True))
    assert row["text"] == (f"'{hostile}" if hostile in FORMULAS else hostile)
    assert row["id"] == entry["id"]
    assert (row["number"], row["conditions"]) == ("", "0")


async def test_a_service_s_name_is_no_formula_either(new_client: NewClient, anybody: Api) -> None:
    name = f'=HYPERLINK("http://evil.example/{uuid.uuid4()}")'
    await refused(new_client, route=CHALLENGE, serviceName=name)
    answer = await anybody.get("/v1/decisions", params={"q": name}, headers={"Accept": "text/csv"})
    [row] = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert row["serviceName"] == f"'{name}"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/csv, application/json;q=0.5", "text/csv; charset=utf-8"),
        ("text/csv;q=0.4, application/json", "application/json"),
        ("text/html, text/*;q=0.9, */*;q=0.1", "text/csv; charset=utf-8"),
        ("text/csv;q=nonsense", "application/json"),
    ],
)
async def test_who_prefers_csv_gets_it(anybody: Api, accept: str, kind: str) -> None:
    answer = await anybody.get("/v1/decisions", params={"limit": 1}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/{uuid.UUID(int=7)}", 404),
        ("/1", 422),
        ("?after=x", 422),
        ("?after=WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwiMDE5YzAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl0", 422),
        ("?decision=perhaps", 422),
        ("?from=yesterday", 422),
        ("?q=%00", 422),
        ("?ground=envy", 422),
    ],
)
async def test_wrong_questions_are_problems(anybody: Api, path: str, status: int) -> None:
    answer = await anybody.get(f"/v1/decisions{path}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


INSERT = """
    INSERT INTO published_decisions (id, case_id, decided_at, published_at, route, decision, decided_on, text,
                                     conditions, version)
    SELECT gen_random_uuid(), case_id, decided_at, published_at, route, decision, decided_on, text, conditions, version
    FROM published_decisions LIMIT 1
"""


async def test_nothing_is_written_but_by_the_service(new_client: NewClient, database_server: Postgres) -> None:
    office = await refused(new_client, route=CHALLENGE)
    async with connect_for(database_server, f"org:{employer_id()}") as connection:
        count = "SELECT count(*) FROM published_decisions WHERE case_id = $1::text::uuid"
        assert await connection.fetchval(count, office.case["id"]) == 1
        change = "UPDATE published_decisions SET text = 'x' WHERE case_id = $1::text::uuid"
        assert await connection.execute(change, office.case["id"]) == "UPDATE 0"
    await require_denied(database_server, INSERT, readers="")


async def test_a_decision_that_fails_to_commit_is_not_published(new_client: NewClient, anybody: Api) -> None:
    office = await under_review(new_client, route=CHALLENGE)
    stale = await office.decider.post(
        f"/v1/cases/{office.case['id']}/actions/accept-eoi", ACCEPTANCE, version=office.case["version"] - 1
    )
    assert name_problem(stale) == (412, "precondition-failed")
    assert await listed(anybody, office.case) == []
