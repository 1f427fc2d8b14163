"""Awards of reserved contracts on their way from a notice to the records of awards, and into the cooling-off."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from rtp_applications.bodies.models import body_id
from rtp_embedded.platform import Platform
from rtp_finance_directory.app import service
from rtp_finance_directory.notices.awards.schedule import tell_new_awards
from rtp_finance_directory.turns import Turns
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from rtp_shared.contracts.finance_directory import ReservedAwardWithdrawn, ReservedContractAwarded
from tests.applications.procurement.test_awards import AWARDS, ask, given, read_route
from tests.conftest import Api, NewClient
from tests.finance_directory.notices.conftest import Load, Write, make_award, make_release
from tests.support.cases import EMPLOYER
from tests.support.pages import read_pages
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
LIBRARIES = "92500000"


@pytest.fixture
def company() -> str:
    return f"SC{uuid.uuid4().int % 10**6:06d}"


@pytest.fixture
async def council(new_client: NewClient) -> Api:
    return await new_client(scopes="bodies:write events:read", organisation=body_id(EMPLOYER))


def make_process(company: str, *, signed: str = "2026-03-02", name: bool = False, number: int = 1) -> list[Json]:
    """Make a call for libraries that was reserved to mutuals, and the contract with the company that followed."""
    scheme, _, code = EMPLOYER.rpartition("-")
    call, award = make_release(number), make_award(number)
    call["tender"]["items"][0]["additionalClassifications"] = [{"scheme": "CPV", "id": LIBRARIES}]
    for release in (call, award):
        own = {"id": "X", "scheme": "PORTAL"} if name else {"scheme": scheme, "id": code}
        release["parties"][0] |= {"identifier": own, "additionalIdentifiers": []}
    award |= {"date": f"{signed}T09:00:00Z"}
    award["awards"][0]["suppliers"] = [{"id": f"GB-COH-{company}", "name": "Libraries CIC"}]
    award["awards"][0]["date"] = f"{signed}T00:00:00Z"
    award["contracts"][0]["dateSigned"] = f"{signed}T00:00:00Z"
    return [call, award]


async def tell(platform: Platform) -> None:
    await tell_new_awards(platform.background[service.name], Turns("a test"))
    await platform.drain_events()


async def list_told(platform: Platform) -> list[events.Envelope]:
    async with open_as(platform.background[service.name], "owner") as session:
        query = text("SELECT body FROM outbox WHERE type LIKE '%.reserved-%' ORDER BY position")
        bodies = (await session.scalars(query)).all()
    return [events.read(each) for each in bodies]


async def read_records(api: Api, company: str) -> list[Json]:
    answer = await api.get(AWARDS, params={"provider": f"GB-COH-{company}"})
    items: list[Json] = answer.json()["items"]
    return items


async def ask_about(api: Api, company: str, **facts: Any) -> httpx.Response:
    return await ask(api, f"GB-COH-{company}", **facts)


async def test_an_award_in_a_notice_counts_in_the_cooling_off_with_its_source(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    assert read_route(await ask_about(council, company)) == ("unknown", "yes")
    await load(write(make_process(company)))
    await tell(platform)
    [record] = await read_records(council, company)
    assert record["source"] == "Public notices of the process ocds-h6vhtk-000001"
    assert (record["fromNotice"], record["authorityKnownBy"]) == (True, "identifier")
    assert (record["reservedUnder"], record["enteredIntoOn"]) == ("procurement-act-section-33", "2026-03-02")
    assert record["providerName"] == f"GB-COH-{company}"
    assert read_route(await ask_about(council, company, awardOn="2029-03-01")) == ("no", "yes")
    assert read_route(await ask_about(council, company, awardOn="2029-03-02")) == ("yes", "yes")
    denied = await ask_about(council, company, noComparableContract=True)
    assert "ocds-h6vhtk-000001" in denied.json()["errors"][0]["reason"]


async def test_it_is_told_once_and_again_only_if_the_notices_say_something_else(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    call, award = make_process(company)
    await load(write([call, award]))
    for _ in range(2):
        await asyncio.gather(*(tell_new_awards(platform.background[service.name], Turns("a test")) for _ in range(3)))
    await platform.drain_events()
    retitled = {**call, "id": "again", "date": "2026-03-03T09:00:00Z", "tender": {"id": "T1", "title": "Libraries"}}
    await load(write([retitled], "retitled.json"))
    await tell(platform)
    sooner = {**award, "id": "sooner", "date": "2026-03-04T09:00:00Z"}
    sooner["contracts"] = [{**award["contracts"][0], "dateSigned": "2026-03-01T00:00:00Z"}]
    await load(write([sooner], "sooner.json"))
    await tell(platform)
    told = [each for each in await list_told(platform) if each.data.get("provider") == f"GB-COH-{company}"]
    assert [(each.sequence, each.data["enteredIntoOn"]) for each in told] == [(1, "2026-03-02"), (2, "2026-03-01")]
    [record] = await read_records(council, company)
    assert (record["enteredIntoOn"], record["version"]) == ("2026-03-01", 2)


async def test_what_notices_say_no_more_is_taken_back_and_comes_back(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    call, award = make_process(company)
    await load(write([call, award]))
    await tell(platform)
    [first] = await read_records(council, company)
    gone = {**award, "id": "gone", "date": "2026-03-05T09:00:00Z"}
    gone["awards"] = [{"id": "A1", "status": "cancelled"}]
    await load(write([gone], "gone.json"))
    await tell(platform)
    [taken] = await read_records(council, company)
    assert (taken["id"], taken["withdrawalReason"]) == (
        first["id"],
        "The notices that it was taken from say it no more",
    )
    assert read_route(await ask_about(council, company)) == ("unknown", "yes")
    back = {**award, "id": "back", "date": "2026-03-06T09:00:00Z"}
    await load(write([back], "back.json"))
    await tell(platform)
    assert [each["withdrawnAt"] is None for each in await read_records(council, company)] == [True, False]


async def test_what_a_body_enters_is_the_same_contract_and_stands(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    hand = given(provider=f"GB-COH-{company}", source="Our register of contracts")
    made = (await council.post(AWARDS, json=hand)).json()
    await load(write(make_process(company)))
    await tell(platform)
    [record] = await read_records(council, company)
    assert (record["id"], record["source"], record["fromNotice"]) == (made["id"], hand["source"], False)
    assert record["ocid"] == "ocds-h6vhtk-000001"


async def test_a_record_that_names_the_process_is_the_same_contract_whatever_its_day(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    hand = given(provider=f"GB-COH-{company}", enteredIntoOn="2026-03-09", source="Notice ocds-h6vhtk-000001")
    await council.post(AWARDS, json=hand)
    await load(write(make_process(company)))
    await tell(platform)
    assert [each["enteredIntoOn"] for each in await read_records(council, company)] == ["2026-03-09"]


async def test_a_body_takes_over_what_a_notice_said_first_and_what_it_takes_back_stays_so(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    await load(write(make_process(company)))
    await tell(platform)
    answer = await council.post(AWARDS, json=given(provider=f"GB-COH-{company}"))
    assert answer.status_code == 201
    [record] = await read_records(council, company)
    assert (record["providerName"], record["fromNotice"], record["version"]) == ("Camden Libraries CIC", False, 2)
    assert (await council.post(AWARDS, json=given(provider=f"GB-COH-{company}"))).status_code == 409
    wrong = {"reason": "It was another company"}
    path = f"{AWARDS}/{record['id']}/actions/withdraw"
    assert (await council.post(path, json=wrong, headers={"If-Match": '"2"'})).status_code == 200
    _, award = make_process(company)
    again = {**award, "id": "again", "date": "2026-03-07T09:00:00Z"}
    again["contracts"] = [{**award["contracts"][0], "dateSigned": "2026-03-01T00:00:00Z"}]
    await load(write([again], "again.json"))
    await tell(platform)
    [taken] = await read_records(council, company)
    assert taken["withdrawalReason"] == wrong["reason"]


async def test_a_body_that_is_guessed_by_its_name_is_shown_and_counts_only_once_it_says_so(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    await load(write(make_process(company, name=True)))
    await tell(platform)
    [record] = await read_records(council, company)
    assert record["authorityKnownBy"] == "name"
    assert read_route(await ask_about(council, company)) == ("unknown", "yes")
    await council.post(AWARDS, json=given(provider=f"GB-COH-{company}"))
    assert read_route(await ask_about(council, company)) == ("no", "yes")


async def test_lots_of_one_process_are_contracts_of_their_own(
    platform: Platform, council: Api, load: Load, write: Write, company: str
) -> None:
    call, award = make_process(company)
    lots = [{**award["awards"][0], "id": name} for name in ("A1", "A2")]
    contracts = [{**award["contracts"][0], "id": name, "awardID": name} for name in ("A1", "A2")]
    await load(write([call, {**award, "awards": lots, "contracts": contracts}]))
    await tell(platform)
    assert len(await read_records(council, company)) == 2


async def test_events_that_come_late_or_twice_change_nothing(platform: Platform, council: Api, company: str) -> None:
    award_id = uuid.uuid4()
    said = ReservedContractAwarded(
        reserved_award_id=award_id, ocid="ocds-h6vhtk-late", award="A1", authority=body_id(EMPLOYER),
        authority_known_by="identifier", provider=f"GB-COH-{company}", cpv=[LIBRARIES],
        reserved_under="procurement-act-section-33", awarded_on=(utcnow() - timedelta(9)).date(),
        entered_into_on=(utcnow() - timedelta(9)).date(), found_at=utcnow(),
    )  # fmt: skip
    gone = ReservedAwardWithdrawn(reserved_award_id=award_id, ocid=said.ocid, found_at=utcnow())
    runtime = platform.background[service.name]
    for sequence, event, expected in ((2, gone, 0), (1, said, 0), (3, said, 1), (3, said, 1), (2, gone, 1)):
        async with runtime.database.transaction(["system"]) as session:
            await runtime.outbox.publish(
                session, [event], subject_id=award_id, sequence=sequence, previous=None, dataref="/", readers=["system"]
            )
        await platform.drain_events()
        records = await read_records(council, company)
        assert [each["withdrawnAt"] for each in records] == [None] * expected


async def test_the_body_is_told_and_nobody_else_is(
    platform: Platform, council: Api, new_client: NewClient, load: Load, write: Write, company: str
) -> None:
    stranger = await new_client()
    await load(write(make_process(company)))
    await tell(platform)

    async def count(api: Api) -> int:
        items = await read_pages(api, "/v1/events", limit=200)
        return sum(each.get("data", {}).get("provider") == f"GB-COH-{company}" for each in items)

    assert (await count(council), await count(stranger)) == (1, 0)
