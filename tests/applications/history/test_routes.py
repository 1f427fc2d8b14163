"""Reading a case's history, checking it, and reading the case as it was."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from rtp_applications.cases.store import read_snapshot
from rtp_applications.history.chain import check, from_json
from rtp_applications.history.restore import restore_case
from rtp_applications.history.state import dump_state
from rtp_applications.workflow.snapshot import UNAUDITED
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.clock import utcnow
from rtp_shared.identities import SYSTEM
from tests.applications.history.stories import history_of, read, verdict_on, without_version
from tests.conftest import Api
from tests.support.actors import Case
from tests.support.cases import open_case
from tests.support.people import act, appointed, end
from tests.support.problems import list_fields
from tests.support.tables import connect_as_owner, require_denied

pytestmark = pytest.mark.anyio


async def test_everybody_follows_the_chains_that_are_theirs_and_learns_of_no_other(
    group: Api, officers: Api, screening: Case, outside: Api
) -> None:
    await appointed(group, screening, "adviser", "p-adviser", holder={"client": outside.client_id})
    told = {}
    for name, api in (("group", group), ("officers", officers), ("outside", outside)):
        entries = await history_of(api, screening, limit=3)
        assert not check([from_json(each) for each in map(without_version, entries)])
        chains = {each["chain"] for each in entries}
        for chain in chains:
            places = [each["position"] for each in entries if each["chain"] == chain]
            assert places == list(range(1, len(places) + 1))
        ends = {each["chain"]: (each["hash"], each["position"]) for each in entries}
        verdict = await verdict_on(api, screening)
        assert {each["chain"]: (each["head"], each["length"]) for each in verdict["chains"]} == ends
        told[name] = [(each["action"], each["version"]) for each in entries]
    draft = ["open", "edit", "appoint"]
    shared = ["submit", "appoint", "acknowledge", "begin-screening"]
    assert told["group"] == list(zip([*draft, *shared, "appoint"], range(1, 9), strict=True))
    assert told["officers"] == list(zip([*shared, "find-not-eligible", "appoint"], range(1, 7), strict=True))
    assert told["outside"] == list(zip([*shared, "appoint"], range(1, 6), strict=True))
    assert "First thoughts" not in json.dumps(await history_of(officers, screening))


async def test_an_adviser_in_a_draft_reads_nothing_of_its_history(group: Api, outside: Api, case: Case) -> None:
    await appointed(group, case, "adviser", "p-adviser", holder={"client": outside.client_id})
    assert await history_of(outside, case) == []
    assert await verdict_on(outside, case) == {"holds": True, "chains": [], "faults": []}


async def test_whoever_does_not_see_the_case_has_no_history(group: Api, officers: Api, case: Case) -> None:
    for part in ("history", "history/verify", "bundle", "records", "conflicts"):
        answer = await officers.get(f"/v1/cases/{case['id']}/{part}")
        assert answer.status_code == 404, part
    assert (await group.get(f"/v1/cases/{case['id']}/history", params={"after": "Wy0xXQ"})).status_code == 422
    assert (await group.get(f"/v1/cases/{case['id']}/history", params={"after": "!"})).status_code == 422


TAMPERING = {
    "an entry": "UPDATE audit_entries SET reason = 'because' WHERE case_id = $1::text::uuid AND position = 2",
    "a hidden entry": "UPDATE audit_entries SET changes = '{}' WHERE case_id = $1::text::uuid AND audience = 'bodies'",
    "one taken out": """
        WITH leaf AS (DELETE FROM log_leaves WHERE case_id = $1::text::uuid AND position = 3)
        DELETE FROM audit_entries WHERE case_id = $1::text::uuid AND position = 3""",
    "the end cut off": """
        WITH leaf AS (DELETE FROM log_leaves WHERE case_id = $1::text::uuid AND position = 8),
        gone AS (DELETE FROM audit_entries WHERE case_id = $1::text::uuid AND position = 8)
        UPDATE cases SET audit_position = 7 WHERE id = $1::text::uuid""",
    "a column": "UPDATE cases SET headcount = 3 WHERE id = $1::text::uuid",
    "a party": "UPDATE case_parties SET role = 'adviser' WHERE case_id = $1::text::uuid AND person = 'p-member'",
    "a record": "UPDATE case_records SET content = '{}' WHERE case_id = $1::text::uuid AND kind = 'acknowledgement'",
    "a deadline": "UPDATE case_deadlines SET content = jsonb_set(content, '{due_on}', '\"2030-01-01\"') "
    "WHERE case_id = $1::text::uuid",
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_what_the_owner_of_the_database_changes_is_found(
    platform: Platform, database_server: Postgres, group: Api, screening: Case, what: str
) -> None:
    async with connect_as_owner(database_server) as connection:
        await connection.execute(TAMPERING[what], screening["id"])
    verdict = await verdict_on(group, screening)
    assert not verdict["holds"]
    assert verdict["faults"]
    if what == "a hidden entry":
        assert {"chain": None, "position": 0, "what": "does not hold"} in verdict["faults"]
        assert not any(each["chain"] == "bodies" for each in verdict["faults"])


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET reason = 'x'", "DELETE FROM audit_entries"])
async def test_the_service_itself_cannot_change_the_audit(
    database_server: Postgres, case: Case, statement: str
) -> None:
    await require_denied(database_server, f"{statement} WHERE case_id = '{case['id']}'")


def without_actions(case: dict[str, Any]) -> dict[str, Any]:
    return {**case, "allowedActions": []}


async def test_a_case_is_read_as_it_was(group: Api, officers: Api, screening: Case) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []
    other = await open_case(group)
    for step in (
        lambda: group.patch(f"/v1/cases/{other['id']}", json={"headcount": 7}, headers={"If-Match": "*"}),
        lambda: appointed(group, other, "applicant-member", "p-1"),
        lambda: act(group, other, "submit"),
    ):
        seen.append((utcnow().isoformat(), without_actions(await read(group, other))))
        await step()
    for at, then in seen:
        assert await read(group, other, asAt=at) == then
    now = utcnow().isoformat()
    assert await read(group, other, asAt=now) == without_actions(await read(group, other))
    to_come = await group.get(f"/v1/cases/{other['id']}", params={"asAt": "2999-01-01T00:00:00Z"})
    assert (to_come.status_code, list_fields(to_come)) == (422, {"asAt"})
    assert await read(officers, other, asAt=now) == without_actions(await read(officers, other))
    then, today = await read(group, screening, asAt=now), without_actions(await read(group, screening))
    assert then == today  # the last change is known to the bodies alone
    assert then["version"] == 7
    assert await read(officers, screening, asAt=now) == without_actions(await read(officers, screening))
    for at, _ in seen:
        assert (await officers.get(f"/v1/cases/{other['id']}", params={"asAt": at})).status_code == 404
    before = (datetime.fromisoformat(other["openedAt"]) - timedelta(seconds=1)).isoformat()
    assert (await group.get(f"/v1/cases/{other['id']}", params={"asAt": before})).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    ["yesterday", "2026-11-01", "2026-11-01T12:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"],
)
async def test_a_time_that_is_none(group: Api, case: Case, wrong: str) -> None:
    answer = await group.get(f"/v1/cases/{case['id']}", params={"asAt": wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "asAt"


async def test_a_reader_who_was_sent_away_reads_no_past_either(group: Api, outside: Api, submitted: Case) -> None:
    party = await appointed(group, submitted, "adviser", "p-adviser", holder={"client": outside.client_id})
    at = utcnow().isoformat()
    assert (await read(outside, submitted, asAt=at))["status"] == "eoi-submitted"
    await end(group, submitted, party)
    assert (await outside.get(f"/v1/cases/{submitted['id']}", params={"asAt": at})).status_code == 404


async def test_a_state_becomes_the_same_case_file_again(platform: Platform, screening: Case) -> None:
    async with platform.runtimes["applications"].database.transaction() as session:
        snapshot = await read_snapshot(session, UUID(screening["id"]), readers=SYSTEM, now=utcnow())
    assert snapshot is not None
    again = restore_case(
        json.loads(json.dumps(dump_state(snapshot))),
        calendars=snapshot.calendars,
        **{name: getattr(snapshot.case, name) for name in UNAUDITED},
    )
    for part in ("case", "parties", "records", "deadlines", "documents"):
        assert getattr(again, part) == getattr(snapshot, part), part
