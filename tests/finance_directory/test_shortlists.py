"""From a submitted case to its shortlist: made once, closed with the case, seen by those who may see the case."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rtp_embedded.platform import Platform
from rtp_finance_directory.app import service
from rtp_finance_directory.load import make_product_id, read_products
from rtp_finance_directory.shortlists import queries
from rtp_finance_directory.shortlists.errors import NoSuchShortlist
from rtp_operations import databases
from rtp_shared.bus import Message
from rtp_shared.consumer import Consumer
from rtp_shared.contracts import ABOUT_NOTHING, About, EventData, events
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn, InterestCorrected, PartyChanged
from rtp_shared.contracts.finance_directory import ShortlistChanged, ShortlistMade
from rtp_shared.run import build_consumer
from tests.conftest import PUBLIC_URL, Api, NewClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

CAF, CCF, KENT = (
    str(make_product_id(slug)) for slug in ("caf-bank-secured-loan", "ccf-loan", "kent-social-enterprise-loan-fund")
)
WHOLESALE = str(make_product_id("better-society-capital"))


@pytest.fixture
def listening(platform: Platform) -> Consumer:
    return build_consumer(platform.background[service.name])


async def submitted(platform: Platform, api: Api, **details: Any) -> dict[str, Any]:
    case = await submit_case(api, await open_case(api, **details))
    await platform.drain_events()
    return case


async def shortlist_of(api: Api, case_id: object) -> dict[str, Any]:
    answer = await api.get(f"/v1/shortlists/{case_id}")
    assert answer.status_code == 200, answer.text
    shortlist: dict[str, Any] = answer.json()
    return shortlist


async def published(platform: Platform, case_id: object) -> list[events.Envelope]:
    async with platform.background[service.name].database.transaction() as session:
        query = text("SELECT body FROM outbox WHERE case_id = :case ORDER BY position")
        return [events.read(body) for body in (await session.scalars(query, {"case": uuid.UUID(str(case_id))})).all()]


def message(
    data: EventData,
    case_id: uuid.UUID,
    *readers: str,
    sequence: int = 2,
    source: str = "applications",
    about: About = ABOUT_NOTHING,
) -> Message:
    event_id, body = events.write(
        data,
        base_url=PUBLIC_URL,
        service=source,
        subject_id=case_id,
        sequence=sequence,
        dataref=f"/v1/cases/{case_id}",
        about=about,
    )
    return Message(event_id, data.TYPE, case_id, readers, body)


def submission(case_id: uuid.UUID, *readers: str, **details: Any) -> Message:
    said = {
        "number": "RTP-482-715-9364",
        "route": "right-to-provide",
        "status": "eoi-submitted",
        "sector": "adult-social-care",
        "region": "E12000007",
        "employer": employer_id(),
        "submitted_at": datetime.now(UTC),
        **details,
    }
    return message(CaseSubmitted(case_id=case_id, **said), case_id, *readers)


def withdrawal(case_id: uuid.UUID, *readers: str) -> Message:
    data = CaseWithdrawn(
        case_id=case_id, number="RTP-482-715-9364", withdrawn_from="eoi-submitted", withdrawn_at=datetime.now(UTC)
    )
    return message(data, case_id, *readers, sequence=3)


async def test_a_submitted_case_gets_a_shortlist_with_every_product_and_every_reason(
    platform: Platform, new_client: NewClient
) -> None:
    api = await new_client()
    case = await submitted(platform, api, financePurposes=["buy-out"])
    shortlist = await shortlist_of(api, case["id"])

    assert shortlist["status"] == "made"
    assert shortlist["caseNumber"] == case["number"]
    assert shortlist["illustrative"] is True
    assert "not an offer" in shortlist["notice"]
    assert shortlist["facts"] == {
        "sector": "adult-social-care",
        "region": "E12000007",
        "legalForm": "cic-limited-by-guarantee",
        "financePurposes": ["buy-out"],
        "financeSoughtPence": 10_000_000,
        "annualValuePence": 240_000_000,
        "tradingMonths": 0,
        "area": None,
        "matchFundingPercent": None,
        "goLiveOn": None,
        "assistancePence": None,
        "assistanceCertain": None,
    }
    lines = {line["productId"]: line for line in shortlist["products"]}
    assert len(lines) == shortlist["fitting"] + shortlist["notFitting"] == len(read_products())
    assert all(len(line["rules"]) == 10 for line in lines.values())

    order = [line["verdict"] == "does-not-fit" for line in shortlist["products"]]
    assert order == sorted(order)
    assert order.count(False) == shortlist["fitting"] > 0

    assert lines[CAF]["verdict"] == "does-not-fit"
    assert lines[CAF]["firstFailing"] == "legal-form"
    assert lines[WHOLESALE]["firstFailing"] == "direct"
    assert lines[KENT]["firstFailing"] == "area"
    assert lines[KENT]["why"] == "It serves Kent only; you are in London."
    best = shortlist["products"][0]
    assert best["productId"] == CCF
    assert best["verdict"] == "fits-if"
    assert best["firstFailing"] is None
    assert [(r["rule"], r["ask"]) for r in best["rules"] if r["outcome"] == "not-known"] == [
        ("turnover", "provider"),
        ("match-funding", "staff-group"),
    ]


async def test_the_shortlist_is_announced_to_those_who_may_see_the_case(
    platform: Platform, new_client: NewClient
) -> None:
    api = await new_client()
    case = await submitted(platform, api)
    shortlist = await shortlist_of(api, case["id"])
    (event,) = await published(platform, case["id"])
    made = event.read_as(ShortlistMade)
    assert (event.type, event.sequence) == ("org.righttoprovide.finance-directory.shortlist-made.v1", 1)
    assert (made.case_id, made.shortlist_id) == (uuid.UUID(case["id"]), uuid.UUID(shortlist["id"]))
    assert (made.fitting, made.not_fitting) == (shortlist["fitting"], shortlist["notFitting"])
    async with platform.background[service.name].database.transaction() as session:
        query = text("SELECT readers, body FROM outbox WHERE case_id = :case")
        row = (await session.execute(query, {"case": uuid.UUID(case["id"])})).one()
    assert set(row.readers) == {f"client:{api.client_id}", f"org:{employer_id()}", "system", "scope:cases:oversee"}
    assert json.loads(row.body)["dataref"] == f"{PUBLIC_URL}/v1/shortlists/{case['id']}"


async def test_others_do_not_learn_of_it(platform: Platform, new_client: NewClient) -> None:
    mine, colleague, stranger = await new_client(), await new_client(organisation=employer_id()), await new_client()
    case = await submitted(platform, mine)
    for api in (mine, colleague):
        assert (await shortlist_of(api, case["id"]))["caseId"] == case["id"]
        listed = (await api.get("/v1/shortlists", params={"caseId": case["id"]})).json()
        assert [item["caseId"] for item in listed["items"]] == [case["id"]]
    refused = await stranger.get(f"/v1/shortlists/{case['id']}")
    assert refused.status_code == 404
    assert refused.json()["type"].endswith("/problems/no-such-shortlist")
    assert (await stranger.get("/v1/shortlists", params={"caseId": case["id"]})).json()["items"] == []
    assert (await stranger.get("/v1/shortlists")).json()["items"] == []
    nothing = await stranger.get(f"/v1/shortlists/{uuid.uuid4()}")
    assert {**nothing.json(), "instance": ""} == {**refused.json(), "instance": ""}


async def test_a_draft_has_no_shortlist(platform: Platform, new_client: NewClient) -> None:
    api = await new_client()
    case = await open_case(api)
    await platform.drain_events()
    assert (await api.get(f"/v1/shortlists/{case['id']}")).status_code == 404


async def test_shortlists_need_their_scope(new_client: NewClient) -> None:
    api = await new_client(scopes="cases:read")
    assert (await api.get("/v1/shortlists")).status_code == 403
    assert (await api.get(f"/v1/shortlists/{uuid.uuid4()}")).status_code == 403
    del api.headers["Authorization"]
    assert (await api.get("/v1/shortlists")).status_code == 401


async def test_reading_again_costs_nothing(platform: Platform, new_client: NewClient) -> None:
    api = await new_client()
    case = await submitted(platform, api)
    answer = await api.get(f"/v1/shortlists/{case['id']}")
    assert answer.headers["ETag"] == '"1"'
    again = await api.get(f"/v1/shortlists/{case['id']}", headers={"If-None-Match": '"1"'})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_list_is_newest_first_without_gaps(platform: Platform, new_client: NewClient) -> None:
    api = await new_client()
    cases = [(await submitted(platform, api))["id"] for _ in range(3)]
    first = (await api.get("/v1/shortlists", params={"limit": 2})).json()
    rest = (await api.get("/v1/shortlists", params={"limit": 2, "after": first["next"]})).json()
    assert [item["caseId"] for item in first["items"] + rest["items"]] == cases[::-1]
    assert rest["next"] is None
    assert "products" not in first["items"][0]
    assert first["illustrative"] is True


@pytest.mark.parametrize("params", [{"after": "x"}, {"after": "WyJ4Il0"}, {"caseId": "x\x00"}, {"limit": "0"}])
async def test_a_question_that_is_not_right_is_refused(new_client: NewClient, params: dict[str, str]) -> None:
    api = await new_client()
    answer = await api.get("/v1/shortlists", params=params)
    assert answer.status_code == 422, answer.text
    assert (await api.get("/v1/shortlists/x")).status_code == 422


async def test_the_same_event_twice_makes_one_shortlist(platform: Platform, listening: Consumer) -> None:
    case_id = uuid.uuid4()
    once = submission(case_id, "system")
    again = submission(case_id, "system", sector="youth")  # another event of the same case
    for each in (once, once, again):
        await listening.receive(each)
    assert len(await published(platform, case_id)) == 1
    async with platform.runtimes[service.name].database.transaction() as session:
        query = text("SELECT version, facts->>'sector' FROM shortlists WHERE case_id = :case")
        assert [tuple(r) for r in (await session.execute(query, {"case": case_id})).all()] == [(1, "adult-social-care")]
        count = text("SELECT count(*) FROM shortlist_lines JOIN shortlists ON id = shortlist_id WHERE case_id = :case")
        assert await session.scalar(count, {"case": case_id}) == len(read_products())


async def test_a_withdrawn_case_closes_its_shortlist_which_stays_to_be_read(
    platform: Platform, new_client: NewClient
) -> None:
    api = await new_client()
    case = await submitted(platform, api)
    before = await shortlist_of(api, case["id"])
    match = {"If-Match": f'"{case["version"]}"'}
    answer = await api.post(f"/v1/cases/{case['id']}/actions/withdraw", json={"membersInFavour": 12}, headers=match)
    assert answer.status_code == 200, answer.text
    await platform.drain_events()
    closed = await shortlist_of(api, case["id"])
    assert closed["status"] == "closed"
    assert closed["closedAt"] == answer.json()["withdrawnAt"]
    assert closed["version"] == 2
    assert closed["products"] == before["products"]
    assert len(await published(platform, case["id"])) == 1


async def test_a_withdrawal_that_overtakes_the_submission_leaves_nothing_to_make(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    api = await new_client()
    case_id, me = uuid.uuid4(), f"client:{api.client_id}"
    for each in (
        withdrawal(case_id, me, "system"),
        withdrawal(case_id, me, "system"),
        submission(case_id, me, "system"),
    ):
        await listening.receive(each)
    assert await published(platform, case_id) == []
    assert (await api.get(f"/v1/shortlists/{case_id}")).status_code == 404
    assert (await api.get("/v1/shortlists")).json()["items"] == []


@pytest.mark.parametrize("seconds", [(submission, submission), (submission, withdrawal), (withdrawal, withdrawal)])
async def test_events_of_one_case_at_the_same_moment_agree_on_one_shortlist(
    platform: Platform, listening: Consumer, seconds: tuple[Callable[..., Message], ...]
) -> None:
    case_id = uuid.uuid4()
    async with anyio.create_task_group() as together:
        for kind in seconds:
            together.start_soon(listening.receive, kind(case_id, "system"))
    async with platform.runtimes[service.name].database.transaction() as session:
        query = text("SELECT status, made_at IS NOT NULL FROM shortlists WHERE case_id = :case")
        ((status, made),) = (await session.execute(query, {"case": case_id})).all()
    assert status == ("closed" if withdrawal in seconds else "made")
    assert len(await published(platform, case_id)) == made


async def test_a_case_that_says_little_is_asked_rather_than_refused(listening: Consumer, new_client: NewClient) -> None:
    api = await new_client()
    case_id = uuid.uuid4()
    await listening.receive(submission(case_id, f"client:{api.client_id}", region=None, finance_sought_pence=0))
    shortlist = await shortlist_of(api, case_id)
    assert shortlist["facts"]["financeSoughtPence"] is None
    for line in shortlist["products"]:
        failing = {rule["rule"] for rule in line["rules"] if rule["outcome"] == "fails"}
        assert failing <= {"open", "direct", "trading-history", "sector"}


async def test_a_later_change_of_a_product_leaves_the_verdict_as_it_was(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    api = await new_client()
    case_id = uuid.uuid4()
    await listening.receive(submission(case_id, f"client:{api.client_id}"))
    before = await shortlist_of(api, case_id)
    async with open_as(platform.runtimes[service.name], "owner") as session:
        await session.execute(text("UPDATE products SET name = 'Other', version = version + 1 WHERE slug = 'ccf-loan'"))
        await session.flush()
        query = text("SELECT product_name FROM shortlist_lines WHERE product_id = :id AND product_name = 'Other'")
        assert (await session.execute(query, {"id": uuid.UUID(CCF)})).all() == []
        await session.rollback()
    assert await shortlist_of(api, case_id) == before


async def test_the_database_shows_shortlists_and_lines_to_their_readers_only(
    platform: Platform, listening: Consumer
) -> None:
    case_id = uuid.uuid4()
    await listening.receive(submission(case_id, "client:one", "org:two"))
    lists = text("SELECT count(*) FROM shortlists WHERE case_id = :case")
    lines = text("SELECT count(*) FROM shortlist_lines WHERE shortlist_id = :id")
    database = platform.runtimes[service.name].database
    async with database.transaction() as session:
        id_ = await session.scalar(text("SELECT id FROM shortlists WHERE case_id = :case"), {"case": case_id})
    for readers, seen in ((("client:one",), 1), (("org:two",), 1), (("client:other",), 0), ((), 0), (("system",), 1)):
        async with database.transaction(readers) as session:
            assert await session.scalar(lists, {"case": case_id}) == seen, readers
            assert await session.scalar(lines, {"id": id_}) == seen * len(read_products()), readers


async def test_the_query_is_a_wall_of_its_own(platform: Platform, listening: Consumer) -> None:
    case_id = uuid.uuid4()
    await listening.receive(submission(case_id, "client:one"))
    async with platform.runtimes[service.name].database.transaction() as session:  # row-level security shows all here
        _, lines = await queries.get_shortlist(session, case_id, readers=("client:one",))
        assert len(lines) == len(read_products())
        with pytest.raises(NoSuchShortlist):
            await queries.get_shortlist(session, case_id, readers=("client:other",))
        assert await queries.list_shortlists(session, readers=("client:other",), limit=5, case_id=case_id) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM products",
        "DELETE FROM shortlists",
        "DELETE FROM shortlist_lines",
        "UPDATE shortlist_lines SET why = ''",
        "TRUNCATE shortlist_lines",
        "ALTER TABLE shortlists DISABLE ROW LEVEL SECURITY",
        "DROP TABLE products",
    ],
)
async def test_the_service_itself_cannot_take_away_or_rewrite(platform: Platform, statement: str) -> None:
    database = platform.runtimes[service.name].database
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with database.transaction() as session:
            await session.execute(text(statement))


async def test_nobody_writes_a_shortlist_that_he_may_not_see(platform: Platform) -> None:
    columns = "case_id, case_number, status, version, sequence, readers, fitting, not_fitting"
    values = "gen_random_uuid(), 'x', 'made', 1, 1, '{client:two}', 0, 0"
    insert = text(f"INSERT INTO shortlists ({columns}) VALUES ({values})")  # noqa: S608
    database = platform.background[service.name].database
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(("client:one",)) as session:
            await session.execute(insert)


async def test_models_and_migrations_say_the_same(platform: Platform) -> None:
    settings = platform.runtimes[service.name].settings
    owner = settings.database_url.get_secret_value().replace(service.get_role("web"), service.get_role("owner"))
    await databases.check(owner, service)


async def test_a_shortlist_follows_who_sees_its_case(platform: Platform, listening: Consumer) -> None:
    """Also where it is told late who has left, or who was let into the draft; a draft has none."""
    case_id = uuid.uuid4()
    changed = PartyChanged(
        case_id=case_id,
        number="RTP-482-715-9364",
        party_id=uuid.uuid4(),
        change="ended",
        role="mentor",
        holder_kind="client",
        at=datetime(2025, 6, 2, tzinfo=UTC),
    )
    await listening.receive(message(changed, case_id, "client:group", "system", sequence=1))
    await listening.receive(submission(case_id, "client:group", "client:mentor", "system"))
    await listening.receive(message(changed, case_id, "client:group", "org:reviewer", "system", sequence=4))
    await listening.receive(message(changed, case_id, "client:group", "client:mentor", "system", sequence=3))
    of_draft = message(changed, case_id, "client:group", "system", sequence=9, source="applications/drafts")
    await listening.receive(of_draft)
    seen = []
    for reader in ("client:group", "org:reviewer", "client:mentor"):
        async with platform.runtimes[service.name].database.transaction((reader,), read_only=True) as session:
            seen.append(len(await queries.list_shortlists(session, readers=[reader], limit=5, case_id=case_id)))
    assert seen == [1, 1, 0]


def correction(case_id: uuid.UUID, *readers: str, sequence: int, **about: Any) -> Message:
    data = InterestCorrected(
        case_id=case_id, number="RTP-482-715-9364", route="right-to-provide", action="correct-interest",
        status_before="eoi-submitted", status="eoi-submitted", role="lead", at=datetime.now(UTC),
    )  # fmt: skip
    return message(data, case_id, *readers, sequence=sequence, about=About(route="right-to-provide", **about))


async def test_other_facts_make_another_edition_and_the_former_stays(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    api = await new_client()
    case_id, me = uuid.uuid4(), f"client:{api.client_id}"
    await listening.receive(submission(case_id, me, "system"))
    first = await shortlist_of(api, case_id)
    said = {"sector": "adult-social-care", "region": "E12000008"}
    corrected = correction(case_id, me, "system", sequence=5, **said)
    for each in (corrected, corrected, correction(case_id, me, "system", sequence=6, **said)):
        await listening.receive(each)  # twice, and again without news
    late = correction(case_id, me, "system", sequence=4, sector="youth", region="E12000001")
    await listening.receive(late)
    second = await shortlist_of(api, case_id)
    assert (first["edition"], second["edition"], second["version"]) == (1, 2, first["version"] + 1)
    assert second["facts"] == {**first["facts"], "region": "E12000008"}
    assert second["changes"] == {"facts": ["region"], "nowFitting": [KENT], "noLongerFitting": []}
    editions = (await api.get(f"/v1/shortlists/{case_id}/editions")).json()["items"]
    assert [(each["edition"], each["facts"]["region"]) for each in editions] == [(2, "E12000008"), (1, "E12000007")]
    opened = [(await api.get(f"/v1/shortlists/{case_id}/editions/{number}")).json()["products"] for number in (1, 2)]
    assert opened == [first["products"], second["products"]]
    assert (await api.get(f"/v1/shortlists/{case_id}/editions/3")).status_code == 404
    _, event = await published(platform, case_id)
    told = event.read_as(ShortlistChanged)
    assert (event.sequence, told.edition, told.now_fitting) == (2, 2, [uuid.UUID(KENT)])
    stranger = await new_client()
    for path in ("editions", "editions/1"):
        assert (await stranger.get(f"/v1/shortlists/{case_id}/{path}")).status_code == 404


async def test_nothing_is_made_again_after_the_end_of_the_case(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    case_id = uuid.uuid4()
    await listening.receive(correction(case_id, "system", sequence=2, sector="youth", region="E12000001"))
    await listening.receive(submission(case_id, "system"))
    await listening.receive(withdrawal(case_id, "system"))
    await listening.receive(correction(case_id, "system", sequence=9, sector="youth", region="E12000001"))
    assert [event.type.split(".")[3] for event in await published(platform, case_id)] == ["shortlist-made"]
