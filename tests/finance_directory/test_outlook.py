"""What the products of a shortlist would mean for the case: gap, time, cost, what must be matched, conflicts."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_finance_directory.app import service
from rtp_finance_directory.shortlists.outlook import CaseOutlook, describe_outlooks
from rtp_finance_directory.vocabulary import RateBasis
from rtp_shared.bus import Message
from rtp_shared.consumer import Consumer
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import DeadlineApproaching, GoLiveDateSet, PartyChanged
from rtp_shared.contracts.finance_directory import ShortlistChanged
from rtp_shared.run import build_consumer
from tests.conftest import Api, NewClient
from tests.finance_directory.directory.conftest import _directory_is_left_as_it_was, publish
from tests.finance_directory.test_shortlists import message, published, shortlist_of, submission

__all__ = ["_directory_is_left_as_it_was"]

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
ABOUT = About(route="right-to-provide", sector="adult-social-care", region="E12000007")
NUMBER = "RTP-482-715-9364"
TODAY = date(2026, 11, 30)
ROW: Json = {
    "min_amount_pence": None, "max_amount_pence": None, "kinds": ["unsecured-loan"], "rate_percent": None,
    "rate_basis": None, "arrangement_fee_percent": None, "grant_element_percent": None, "min_term_months": None,
    "max_term_months": 60, "match_funding_percent": None, "secured": None, "personal_guarantee": None,
    "decision_weeks": None, "opened_on": None, "closed_on": None, "windows": [], "excludes": [],
}  # fmt: skip


@pytest.fixture
def listening(platform: Platform) -> Consumer:
    return build_consumer(platform.background[service.name])


@pytest.fixture
async def funder(new_client: NewClient) -> Api:
    return await new_client(scopes="finance:read finance:write")


def describe(case: CaseOutlook, **values: Any) -> Json:
    id_ = uuid.uuid4()
    return describe_outlooks({id_: {**ROW, "id": id_, **values}}, case)[id_]


def test_what_is_not_known_is_said_to_be_not_known() -> None:
    nothing = describe(CaseOutlook(None, None, TODAY))
    assert {name for name, value in nothing.items() if value not in (None, [])} == {"timing"}
    assert nothing["timing"]["outcome"] == "not-known"
    sought = describe(CaseOutlook(1_000_00, None, TODAY))
    assert (sought["amount_gap_pence"], sought["not_priced"]) == (None, "rate-not-known")


def test_what_is_known_is_worked_out() -> None:
    case = CaseOutlook(10_000_00, date(2027, 4, 1), TODAY)
    found = describe(case, max_amount_pence=7_500_00, rate_percent=8, rate_basis=RateBasis.FLAT,
                     match_funding_percent=33, arrangement_fee_percent=2, decision_weeks=6, secured=True)  # fmt: skip
    assert (found["amount_pence"], found["amount_gap_pence"]) == (7_500_00, 2_500_00)
    assert (found["fee_pence"], found["cost_pence"], found["term_months"]) == (150_00, 150_00 + 3_000_00, 60)
    assert found["apr_percent"] > 14
    assert (found["match_funding_pence"], found["secured"]) == (3_300_00, True)
    assert found["timing"] == {
        "outcome": "in-time", "reason": "It is decided before the mutual goes live.",
        "decided_by": "2027-01-11", "apply_by": "2027-02-18",
    }  # fmt: skip
    given = describe(case, kinds=["grant", "support-in-kind"], max_amount_pence=10_000_00)
    assert (given["given_pence"], given["cost_pence"], given["apr_percent"]) == (10_000_00, 0, None)
    assert describe(case, kinds=["support-in-kind"])["not_priced"] == "no-money"


def test_a_conflict_is_shown_at_both_products_whichever_says_it() -> None:
    one, two, third = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    rows = {id_: {**ROW, "id": id_} for id_ in (one, two, third)}
    rows[one]["excludes"] = [two, uuid.uuid4(), one]
    found = describe_outlooks(rows, CaseOutlook(None, None, TODAY))
    assert {id_: each["conflicts"] for id_, each in found.items()} == {one: [str(two)], two: [str(one)], third: []}


def go_live(case_id: uuid.UUID, *readers: str, on: date, sequence: int) -> Message:
    data = GoLiveDateSet(case_id=case_id, number=NUMBER, go_live_on=on, at=datetime.now(UTC))
    return message(data, case_id, *readers, sequence=sequence, about=ABOUT)


async def test_a_day_of_going_live_makes_another_edition_that_says_what_comes_in_time(
    platform: Platform, listening: Consumer, new_client: NewClient, funder: Api
) -> None:
    quick = await publish(funder, name="Quick", decisionWeeks=2, maxAmountPence=100_000)
    silent = await publish(funder, name="Silent")
    api, case_id = await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(submission(case_id, me, "system"))

    async def read_outcomes() -> list[str]:
        lines = {line["productId"]: line for line in (await shortlist_of(api, case_id))["products"]}
        return [lines[each["id"]]["outlook"]["timing"]["outcome"] for each in (quick, silent)]

    assert await read_outcomes() == ["not-known", "not-known"]
    soon, far = ((datetime.now(UTC) + timedelta(days=days)).date() for days in (7, 90))
    for event in (
        go_live(case_id, me, "system", on=far, sequence=5),
        go_live(case_id, me, "system", on=far, sequence=5),  # twice
        go_live(case_id, me, "system", on=soon, sequence=4),  # late
    ):
        await listening.receive(event)
    assert await read_outcomes() == ["in-time", "not-known"]
    second = await shortlist_of(api, case_id)
    assert (second["edition"], second["changes"]["facts"]) == (2, ["goLiveOn"])
    assert second["facts"]["goLiveOn"] == far.isoformat()
    await listening.receive(go_live(case_id, me, "system", on=soon, sequence=6))
    assert await read_outcomes() == ["too-late", "not-known"]
    told = [event.read_as(ShortlistChanged).edition for event in (await published(platform, case_id))[1:]]
    assert told == [2, 3]
    closed = next(line for line in second["products"] if line["verdict"] == "does-not-fit")
    assert closed["outlook"] is None


async def test_a_day_that_was_told_before_the_submission_counts(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    api, case_id = await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(go_live(case_id, me, "system", on=date(2027, 4, 1), sequence=5))
    await listening.receive(submission(case_id, me, "system"))
    shortlist = await shortlist_of(api, case_id)
    assert (shortlist["edition"], shortlist["facts"]["goLiveOn"]) == (1, "2027-04-01")


async def test_a_deadline_of_going_live_tells_the_day_too(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    api, case_id = await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(submission(case_id, me, "system"))
    for clock, sequence in (("eoi-decision", 4), ("go-live", 5)):
        data = DeadlineApproaching(
            case_id=case_id, number=NUMBER, clock=clock, basis="local-rule", due_on=date(2027, 4, sequence),
            due_at=datetime(2027, 4, sequence, 23, tzinfo=UTC), days_left=28,
        )  # fmt: skip
        await listening.receive(message(data, case_id, me, "system", sequence=sequence, about=ABOUT))
    assert (await shortlist_of(api, case_id))["facts"]["goLiveOn"] == "2027-04-05"


async def test_a_plan_of_a_case_goes_by_its_day_and_nobody_elses(
    platform: Platform, listening: Consumer, new_client: NewClient, funder: Api
) -> None:
    loan = {"kinds": ["unsecured-loan"], "maxTermMonths": 60, "rateBasis": "fixed", "ratePercent": 0.1,
            "minAmountPence": 0, "maxAmountPence": 10**9, "provider": "Plan"}  # fmt: skip
    slow = await publish(funder, **loan, name="Slow", decisionWeeks=40)
    silent = await publish(funder, **{**loan, "ratePercent": 0.2}, name="Silent")
    api, stranger, case_id = await new_client(), await new_client(), uuid.uuid4()
    me, day = f"client:{api.client_id}", (datetime.now(UTC) + timedelta(days=70)).date()
    await listening.receive(submission(case_id, me, "system"))
    await listening.receive(go_live(case_id, me, "system", on=day, sequence=5))
    body = {"neededPence": 1_000_00, "caseId": str(case_id), "group": {"legalForm": "charity"}, "subsidyRoomPence": 0}

    async def plan(asker: Api, **more: Any) -> Json:
        answer = await asker.post("/v1/finance-plans", json={**body, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    made = await plan(api)
    assert made["neededOn"] == day.isoformat()
    assert slow["id"] not in {part["productId"] for part in made["parts"]}
    assert {each["productId"]: each["obstacle"] for each in made["leftOut"]}[slow["id"]] == "decided-too-late"
    [part] = [each for each in made["parts"] if each["productId"] == silent["id"]]
    assert (part["timing"]["outcome"], "decided-in-time" in part["assumed"]) == ("not-known", True)
    for asker in (stranger, api):
        unknown = await plan(asker, **({} if asker is stranger else {"caseId": str(uuid.uuid4())}))
        assert unknown["neededOn"] is None
        assert {each["timing"]["outcome"] for each in unknown["parts"]} == {"not-known"}
    later = (day + timedelta(days=365)).isoformat()
    assert (await plan(api, neededOn=later))["neededOn"] == later
    changed = PartyChanged(case_id=case_id, number=NUMBER, party_id=uuid.uuid4(), change="ended", role="mentor",
                           holder_kind="client", at=datetime.now(UTC))  # fmt: skip
    await listening.receive(message(changed, case_id, "system", sequence=7, about=ABOUT))
    assert (await plan(api))["neededOn"] is None  # who has left the case reads nothing of it
