"""A case's own award in the records of awards: once, counted in the cooling-off, marked or taken back when it ends."""

import json
import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rtp_applications.bodies.models import body_id
from rtp_applications.cases.store import read_snapshot
from rtp_applications.procurement.awards.of_cases import AwardRecords, find_award
from rtp_applications.procurement.rules.cooling import ReservationLaw
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award.payloads import Notice, NoticeKind
from rtp_applications.workflow.stages.contract.payloads import Regime
from rtp_applications.workflow.stages.incorporation.payloads import LegalEntity
from rtp_applications.workflow.stages.monitoring.payloads import MonitoringEnd
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.identities import SYSTEM
from tests.applications.procurement.test_awards import AWARDS, ask, given, read_route
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, put, take, without
from tests.applications.workflow.stages import contract_cases as contracts
from tests.applications.workflow.stages.contract_cases import COMMISSIONING, TODAY, notice, on, terms
from tests.conftest import Api, NewClient
from tests.support.cases import EMPLOYER
from tests.support.tables import connect_as_owner, open_as

pytestmark = pytest.mark.anyio

RESERVED = contracts.determination(Regime.RESERVED)
LIBRARIES = contracts.procurement(cpv=["92511000-6"], commencedOn="2026-08-03")


def make_entity(number: str | None = None, **more: Any) -> LegalEntity:
    identifier = number or f"{uuid.uuid4().int % 10**8:08}"
    said = {"scheme": "GB-COH", "identifier": identifier, "legalForm": "cic-limited-by-guarantee", **more}
    return LegalEntity.model_validate(said)


def awarded(*records: Payload, regime: Payload = RESERVED) -> CaseSnapshot:
    held = on(Status.TENDER_LIVE, regime, terms(), LIBRARIES, contracts.TENDER, contracts.AWARD_NOTICE, *records)
    held = held.with_case(id=uuid.uuid4(), commissioner_id=body_id(EMPLOYER))
    return take("award", Ready(held, COMMISSIONING, contracts.AWARD)).after


def change_to(snapshot: CaseSnapshot, action: str) -> CaseChange:
    signature = ground.put(snapshot, contracts.TENDER, role=Role.COMMISSIONER).records["notice", "UK4"].signed[0]
    return CaseChange(before=snapshot, after=snapshot, action=action, signature=signature)


@pytest.fixture
def records(platform: Platform) -> Any:
    """Writes changes of a case as the web process does."""

    async def write(*changes: CaseChange) -> None:
        for change in changes:
            async with open_as(platform.runtimes["applications"], "web") as session:
                await AwardRecords().write(session, change)

    return write


async def read_records(api: Api, entity: LegalEntity) -> list[dict[str, Any]]:
    answer = await api.get(AWARDS, params={"provider": f"GB-COH-{entity.identifier}"})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture
async def reader(new_client: NewClient) -> Api:
    return await new_client(scopes="bodies:write", organisation=body_id(EMPLOYER))


async def test_a_case_s_award_is_on_record_once_and_counts_in_the_cooling_off(records: Any, reader: Api) -> None:
    """s.33(5), (7): the three years to the day, of the same authority and the same kind of services."""
    entity = make_entity(name="Example Libraries CIC")
    after = awarded(entity)
    await records(change_to(after, "award"), change_to(after, "award"), change_to(after, "record-notice"))
    [record] = await read_records(reader, entity)
    assert record["reservedUnder"] == "procurement-act-section-33"
    assert (record["enteredIntoOn"], record["cpv"]) == (TODAY.isoformat(), ["92511000"])
    assert record["providerName"] == "Example Libraries CIC"
    assert after.case.number not in str(record)
    provider = record["provider"]
    assert read_route(await ask(reader, provider, commencedOn="2027-12-31", awardOn="2029-08-31"))[0] == "no"
    assert read_route(await ask(reader, provider, commencedOn="2027-12-31", awardOn="2029-09-01"))[0] == "yes"


async def test_it_waits_for_the_provider_and_is_corrected_with_it(records: Any, reader: Api) -> None:
    bare, entity, other = awarded(), make_entity(), make_entity()
    await records(change_to(bare, "award"))
    assert find_award(bare) is None
    await records(change_to(put(bare, entity), "record-legal-entity"))
    assert [each["providerName"] for each in await read_records(reader, entity)] == [f"GB-COH-{entity.identifier}"]
    await records(change_to(put(bare, other), "record-legal-entity"))
    assert await read_records(reader, entity) == []
    assert [each["version"] for each in await read_records(reader, other)] == [2]


async def test_what_the_body_itself_put_on_record_is_not_put_there_again(records: Any, reader: Api) -> None:
    entity = make_entity()
    own = given(provider=f"GB-COH-{entity.identifier}", cpv=["92500000-6"], awardedOn=TODAY.isoformat(),
                enteredIntoOn=TODAY.isoformat())  # fmt: skip
    assert (await reader.post(AWARDS, json=own)).status_code == 201
    after = awarded(entity)
    await records(change_to(after, "award"))
    assert len(await read_records(reader, entity)) == 1
    again = await reader.post(AWARDS, json=own)
    assert again.status_code == 409
    assert "on record already" in again.json()["title"]
    another = await reader.post(AWARDS, json={**own, "cpv": ["85312100-0"]})
    assert another.status_code == 201
    await records(change_to(after, "quash"))  # it is the case's now
    assert [each["withdrawnAt"] is None for each in await read_records(reader, entity)] == [True, False]


@pytest.mark.parametrize("action", ["quash", "remit-by-court"])
async def test_one_that_a_court_set_aside_is_taken_back_and_may_be_awarded_anew(
    records: Any, reader: Api, action: str
) -> None:
    entity = make_entity()
    after = awarded(entity)
    await records(change_to(after, "award"), change_to(after, action), change_to(after, action))
    [record] = await read_records(reader, entity)
    assert record["withdrawnAt"]
    assert "court quashed" in record["withdrawalReason"]
    assert read_route(await ask(reader, record["provider"]))[0] == "unknown"
    await records(change_to(after, "award"))
    assert [each["withdrawnAt"] is None for each in await read_records(reader, entity)] == [True, False]


@pytest.mark.parametrize("action", ["end-monitoring", "record-notice"])
async def test_one_whose_contract_ended_is_marked_and_counts_all_the_same(
    records: Any, reader: Api, action: str
) -> None:
    """s.33(5) asks whether it was entered into; a contract termination notice (s.80) changes nothing in that."""
    entity = make_entity()
    after = awarded(entity)
    end = MonitoringEnd.model_validate({"code": "insolvent", "endedOn": TODAY, "reasons": "It could not pay."})
    ended = put(after, end) if action == "end-monitoring" else put(after, notice(NoticeKind.UK11))
    await records(change_to(after, "award"), change_to(ended, action), change_to(ended, action))
    [record] = await read_records(reader, entity)
    assert (record["endedOn"], record["version"]) == (TODAY.isoformat(), 2)
    assert record["endReason"].startswith("insolvent" if action == "end-monitoring" else "Contract termination")
    assert read_route(await ask(reader, record["provider"], awardOn="2029-08-31"))[0] == "no"


@pytest.mark.parametrize(
    ("regime", "reserved_under", "commenced"),
    [
        (RESERVED, ReservationLaw.SECTION_33, "2025-02-24"),
        (RESERVED, ReservationLaw.REGULATION_77, "2025-02-23"),
        (contracts.LIGHT, None, "2026-08-03"),
    ],
)
def test_the_law_of_the_reservation_goes_by_the_commencement(
    regime: Payload, reserved_under: ReservationLaw | None, commenced: str
) -> None:
    facts = contracts.procurement(cpv=["92511000-6"], commencedOn=commenced)
    found = find_award(put(awarded(make_entity(), regime=regime), facts))
    assert found is not None
    assert found.reserved_under is reserved_under


@pytest.mark.parametrize("regime", [Regime.GRANT, Regime.IN_HOUSE])
def test_what_is_no_contract_and_what_was_not_announced_is_not_on_record(regime: Regime) -> None:
    after = awarded(make_entity())
    assert find_award(put(after, contracts.determination(regime))) is None
    assert find_award(without(after, Notice)) is None
    assert find_award(replace(after, case=replace(after.case, status=Status.PANEL_READY))) is None


def test_the_record_is_dated_as_the_contract_was_entered_into() -> None:
    found = find_award(awarded(make_entity()))
    assert found is not None
    assert found.awarded_on == found.entered_into_on == NOW.date()
    assert found.entered_into_on - timedelta(days=1) == date(2026, 8, 31)
    assert RIGHT_TO_PROVIDE.by_name["award"].payload_model is type(contracts.AWARD)


async def test_the_rules_of_a_case_see_what_is_on_record_of_its_mutual(
    reader: Api, submitted: dict[str, Any], platform: Platform, database_server: Postgres
) -> None:
    """Of the same authority and provider, reserved, not taken back, and not the case's own."""
    entity, case_id = make_entity(), uuid.UUID(submitted["id"])
    number = f"GB-COH-{entity.identifier}"
    asked: dict[str, dict[str, Any]] = {
        "own": {},
        "reserved": {"cpv": ["85312100-0"]},
        "open": {"reservedUnder": None, "cpv": ["80511000-9"]},
    }
    made = {}
    for name, more in asked.items():
        answer = await reader.post(AWARDS, json=given(provider=number, **more))
        made[name] = answer.json()["id"]
    async with connect_as_owner(database_server) as connection:
        await connection.execute(
            "UPDATE contract_awards SET case_id = $1 WHERE id = $2", case_id, uuid.UUID(made["own"])
        )
        await connection.execute(
            "INSERT INTO case_records (case_id, kind, key, content, signed, audience) "
            "VALUES ($1, $2, '', $3, '[]', 'everybody')",
            case_id,
            entity.KIND,
            json.dumps(entity.model_dump(mode="json", by_alias=True, exclude_none=True)),
        )
    for runtime in (platform.runtimes["applications"], platform.background["applications"]):
        async with runtime.database.transaction(SYSTEM) as session:
            seen = await read_snapshot(session, case_id, readers=SYSTEM, now=NOW)
        assert seen is not None
        assert [(str(each.codes[0]), each.provider) for each in seen.awards] == [("85312100-0", number)]
