"""What a case tells of its finance after its submission makes its shortlist anew, and bounds its plans."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rtp_embedded.platform import Platform
from rtp_finance_directory.app import service
from rtp_finance_directory.circumstances.models import CaseFinance
from rtp_finance_directory.circumstances.subsidy import CEILING_PENCE
from rtp_shared.bus import Message
from rtp_shared.clock import today
from rtp_shared.consumer import Consumer
from rtp_shared.contracts.applications import AssistanceRecorded, CaseDisposed, FinanceFactsChanged, PartyChanged
from rtp_shared.contracts.finance_directory import ShortlistChanged
from rtp_shared.run import build_consumer
from tests.conftest import Api, NewClient
from tests.finance_directory.directory.conftest import _directory_is_left_as_it_was, funder, publish
from tests.finance_directory.test_outlook import ABOUT, NUMBER
from tests.finance_directory.test_shortlists import message, published, shortlist_of, submission
from tests.support.problems import list_fields

__all__ = ["_directory_is_left_as_it_was", "funder"]

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
GRANT: Json = {"kinds": ["grant"], "minAmountPence": 1, "maxAmountPence": 10_000_000, "matchFundingPercent": 0}


@pytest.fixture
def listening(platform: Platform) -> Consumer:
    return build_consumer(platform.background[service.name])


def changed(case_id: uuid.UUID, *readers: str, sequence: int, **facts: Any) -> Message:
    said = {"legal_form": "cooperative-society", "finance_purposes": ["buy-out"], **facts}
    data = FinanceFactsChanged(case_id=case_id, number=NUMBER, at=datetime.now(UTC), **said)
    return message(data, case_id, *readers, sequence=sequence, about=ABOUT)


def party_change(case_id: uuid.UUID, change: str) -> PartyChanged:
    now = datetime.now(UTC)
    return PartyChanged(
        case_id=case_id,
        number=NUMBER,
        party_id=uuid.uuid4(),
        change=change,
        role="mentor",
        holder_kind="client",
        at=now,
    )


def assisted(case_id: uuid.UUID, *readers: str, counted: int, sequence: int, confirmed: bool = True) -> Message:
    now = today()
    data = AssistanceRecorded(
        case_id=case_id, number=NUMBER, year_from=date(now.year - (now.month < 4), 4, 1),
        counted_pence=[counted, counted, 0], settled=True, confirmed_on=now if confirmed else None,
        at=datetime.now(UTC),
    )  # fmt: skip
    return message(data, case_id, *readers, sequence=sequence, about=ABOUT)


async def test_another_amount_and_form_make_another_edition_once_whatever_the_order(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    api, case_id = await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(submission(case_id, me, "system", legal_form="charity", finance_sought_pence=9_000_00))
    party = party_change(case_id, "added")
    for event in (
        message(party, case_id, me, "system", sequence=7),  # newer, and says nothing of the finance
        changed(case_id, me, "system", sequence=6, finance_sought_pence=5_000_00),
        changed(case_id, me, "system", sequence=6, finance_sought_pence=5_000_00),  # twice
        changed(case_id, me, "system", sequence=5, finance_sought_pence=1_000_00),  # late
    ):
        await listening.receive(event)
    shortlist = await shortlist_of(api, case_id)
    assert shortlist["edition"] == 2
    facts = shortlist["facts"]
    assert (facts["financeSoughtPence"], facts["legalForm"]) == (5_000_00, "cooperative-society")
    assert set(shortlist["changes"]["facts"]) == {"financeSoughtPence", "legalForm", "financePurposes"}
    told = [event.read_as(ShortlistChanged).edition for event in (await published(platform, case_id))[1:]]
    assert told == [2]
    await listening.receive(changed(case_id, me, "system", sequence=8, finance_sought_pence=0))
    assert (await shortlist_of(api, case_id))["facts"]["financeSoughtPence"] is None


async def test_what_was_told_before_the_submission_came_counts(listening: Consumer, new_client: NewClient) -> None:
    api, case_id = await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(changed(case_id, me, "system", sequence=5, finance_sought_pence=5_000_00))
    await listening.receive(submission(case_id, me, "system", legal_form="charity"))
    shortlist = await shortlist_of(api, case_id)
    assert (shortlist["edition"], shortlist["facts"]["financeSoughtPence"]) == (1, 5_000_00)


async def test_a_grant_is_judged_beside_what_the_case_was_given(
    listening: Consumer, new_client: NewClient, funder: Api
) -> None:
    grant = await publish(funder, **GRANT, name="A grant")
    api, case_id = await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(submission(case_id, me, "system", finance_sought_pence=10_000_000))

    async def read() -> tuple[Any, Any]:
        shortlist = await shortlist_of(api, case_id)
        [line] = [each for each in shortlist["products"] if each["productId"] == grant["id"]]
        return shortlist["facts"]["assistancePence"], line["outlook"]["withinSubsidyRoom"]

    assert await read() == (None, None)  # nobody has told anything: more may count
    room = CEILING_PENCE - 10_000_000
    for number, (counted, confirmed, within) in enumerate(
        [(room, False, None), (room, True, True), (room + 1, True, False)]
    ):
        await listening.receive(
            assisted(case_id, me, "system", counted=counted, confirmed=confirmed, sequence=10 + number)
        )
        assert await read() == (counted, within)


async def test_a_plan_gives_no_more_than_its_case_leaves_and_says_the_sum_of_both(
    listening: Consumer, new_client: NewClient, funder: Api
) -> None:
    for name in ("One", "Two", "Three"):
        await publish(funder, **GRANT, name=name)
    api, stranger, case_id = await new_client(), await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(assisted(case_id, me, "system", counted=CEILING_PENCE - 15_000_000, sequence=5))
    body = {"neededPence": 25_000_000, "caseId": str(case_id), "group": {"tradingMonths": 0}}

    async def plan(asker: Api, **more: Any) -> Json:
        answer = await asker.post("/v1/finance-plans", json={**body, **more})
        assert answer.status_code == 200, answer.text
        planned: Json = answer.json()
        assert planned["subsidy"]["givenPence"] == sum(part["givenPence"] for part in planned["parts"])
        return planned

    mine = (await plan(api))["subsidy"]
    assert (mine["countedPence"], mine["roomPence"]) == (CEILING_PENCE - 15_000_000, 15_000_000)
    assert mine["givenPence"] <= 15_000_000
    assert mine["withinCeiling"] is True
    above = (await plan(api, subsidyRoomPence=20_000_000))["subsidy"]
    assert (above["roomPence"], above["withinCeiling"]) == (
        20_000_000,
        above["givenPence"] <= 15_000_000,
    )
    assert (await plan(api, caseId=None))["subsidy"]["roomPence"] is None
    theirs = (await plan(stranger))["subsidy"]
    assert (theirs["countedPence"], theirs["roomPence"], theirs["withinCeiling"]) == (None, CEILING_PENCE, None)


async def test_whoever_leaves_the_case_no_longer_learns_what_it_was_given(
    listening: Consumer, new_client: NewClient
) -> None:
    api, case_id = await new_client(), uuid.uuid4()
    me = f"client:{api.client_id}"
    await listening.receive(assisted(case_id, me, "system", counted=1_000_00, sequence=5))
    left = party_change(case_id, "ended")
    await listening.receive(message(left, case_id, "system", sequence=6))
    answer = await api.post("/v1/finance-plans", json={"neededPence": 1_000, "caseId": str(case_id)})
    assert answer.json()["subsidy"]["countedPence"] is None


@pytest.mark.parametrize("form", ["finance-plans", "product-comparisons"])
async def test_a_margin_is_priced_above_the_newest_bank_rate_that_is_known_and_says_which(
    new_client: NewClient, funder: Api, form: str
) -> None:
    loan = {"kinds": ["unsecured-loan"], "rateBasis": "base-plus-margin", "ratePercent": 0.5, "maxTermMonths": 60,
            "minAmountPence": 1, "maxAmountPence": 10**9, "personalGuarantee": False,
            "arrangementFeePercent": 0}  # fmt: skip
    one, two = [await publish(funder, **loan, name=name) for name in ("Above base", "Also")]
    api = await new_client()

    async def ask(**more: Any) -> Json:
        body = {"productIds": [one["id"], two["id"]], "amountPence": 10_000_000}
        if form == "finance-plans":
            body = {"neededPence": 10_000_000, "maxSources": 1, "subsidyRoomPence": 0, "group": {"tradingMonths": 0}}
        answer = await api.post(f"/v1/{form}", json={**body, **more})
        assert answer.status_code == 200, answer.text
        found = [each for each in answer.json().get("parts", answer.json().get("products")) if each["bankRate"]]
        return dict(found[0])

    known = await ask()
    assert known["bankRate"] == {
        "basisPoints": 375, "since": "2025-12-18", "certainty": "believed",
        "source": "Bank of England, official Bank Rate; from memory",
    }  # fmt: skip
    assert "bank-rate-stays" in known["assumed"]
    said = await ask(bankRateBasisPoints=100)
    assert (said["bankRate"]["basisPoints"], said["bankRate"]["since"]) == (100, None)
    assert said["aprPercent"] < known["aprPercent"] < 4.4


async def test_a_day_of_going_live_says_of_each_product_whether_it_is_in_time(
    new_client: NewClient, funder: Api
) -> None:
    anybody = await new_client()
    quick = await publish(funder, name="Quick", decisionWeeks=2, windows=[])
    silent = await publish(funder, name="Silent")

    async def ask(**facts: Any) -> list[str]:
        found: dict[str, str] = {}
        body, after = facts, None
        while True:
            params = {"limit": "200", **({"after": after} if after else {})}
            answer = (await anybody.post("/v1/eligibility", json=body, params=params)).json()
            found |= {each["productId"]: each["timing"]["outcome"] for each in answer["products"]}
            if (after := answer.get("next")) is None:
                return [found[each["id"]] for each in (quick, silent)]

    assert await ask() == ["not-known", "not-known"]
    assert await ask(goLiveOn=(today() + timedelta(weeks=3)).isoformat()) == ["in-time", "not-known"]
    assert await ask(goLiveOn=(today() + timedelta(weeks=1)).isoformat()) == ["too-late", "not-known"]
    refused = await anybody.post("/v1/eligibility", json={"goLiveOn": "0000-13-01"})
    assert (refused.status_code, list_fields(refused)) == (422, {"/goLiveOn"})


async def test_a_destroyed_case_leaves_nothing_of_its_finance(
    platform: Platform, listening: Consumer, new_client: NewClient
) -> None:
    me, case_id = f"client:{(await new_client()).client_id}", uuid.uuid4()
    disposed = CaseDisposed(case_id=case_id, number=NUMBER, status="refused", at=datetime.now(UTC))
    for event in (
        changed(case_id, me, "system", sequence=2, finance_sought_pence=5_000_00),
        assisted(case_id, me, "system", counted=1_000, sequence=3),
        message(disposed, case_id, me, "system", sequence=9, about=ABOUT),
        changed(case_id, me, "system", sequence=4, finance_sought_pence=6_000_00),  # late
    ):
        await listening.receive(event)
    database = platform.runtimes[service.name].database
    async with database.transaction(("system",), read_only=True) as session:
        kept = await session.scalar(select(CaseFinance).where(CaseFinance.case_id == case_id))
    assert kept is not None
    assert (kept.facts, kept.assistance) == (None, None)
