"""A case leaves in a bundle and comes in elsewhere."""

import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr, ValidationError

from rtp_applications.cases.store import read_snapshot
from rtp_applications.history import verify
from rtp_applications.history.bundle import open_bundle
from rtp_applications.history.keys import BundleKey
from rtp_applications.history.state import dump_state
from rtp_applications.settings import ApplicationsSettings
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.routing import ForwardingLimits, is_streamed
from rtp_shared.clock import utcnow
from rtp_shared.identities import SYSTEM
from tests.applications.history.stories import (
    bundle_of,
    history_of,
    import_bundle,
    read,
    screened,
    verdict_on,
    without_version,
)
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import employer_id, open_case, record_historic_case
from tests.support.people import act, appoint, appointed, parties
from tests.support.problems import name_problem
from tests.support.tables import connect_as_owner

pytestmark = pytest.mark.anyio


async def keys_of(api: Any, path: Path) -> Path:
    answer = await api.get("/v1/bundle-keys", headers={"Authorization": ""})
    assert answer.status_code == 200
    path.write_text(answer.text)  # noqa: ASYNC240 - a small file
    return path


async def test_each_reader_s_bundle_holds_and_has_what_that_reader_may_see(
    group: Api, officers: Api, screening: Case, outside: Api, tmp_path: Path
) -> None:
    await appointed(group, screening, "adviser", "p-adviser", holder={"client": outside.client_id})
    key = await keys_of(group, tmp_path / "keys.json")
    for name, api, chains, proposal in (
        ("group", group, {"draft", "case"}, False),
        ("officers", officers, {"case", "bodies"}, True),
        ("outside", outside, {"case"}, False),
    ):
        path = await bundle_of(api, screening, tmp_path / f"{name}.zip")
        assert verify.main([str(path), "--key", str(key)]) == verify.HOLDS
        with open_bundle(path) as bundle:
            read = [without_version(each) for each in await history_of(api, screening)]
            assert [each.to_json() for each in bundle.entries] == read
            heads = {each["chain"]: each["head"] for each in (await verdict_on(api, screening))["chains"]}
            assert heads.keys() == chains
            assert ("proposal:find-not-eligible" in bundle.state["records"]) is proposal
            assert bundle.manifest.number == screening["number"]
            assert {chain: head.hex() for chain, head in bundle.manifest.heads.items()} == heads
    with zipfile.ZipFile(tmp_path / "officers.zip") as archive:
        assert not any(b"First thoughts" in archive.read(each) for each in archive.namelist())


async def test_a_bundle_is_answered_as_a_file(group: Api, case: Case) -> None:
    answer = await group.get(f"/v1/cases/{case['id']}/bundle")
    assert answer.headers["content-disposition"] == f'attachment; filename="{case["number"]}.zip"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    head = await group.head(f"/v1/cases/{case['id']}/bundle")
    assert (head.status_code, head.content) == (200, b"")


async def test_whoever_is_let_into_a_draft_takes_nothing_of_it_away(group: Api, outside: Api, case: Case) -> None:
    await appointed(group, case, "adviser", "p-adviser", holder={"client": outside.client_id})
    assert name_problem(await outside.get(f"/v1/cases/{case['id']}/bundle")) == (409, "no-history-yet")


async def test_what_was_changed_in_the_database_is_found_in_a_bundle_offline(
    database_server: Postgres, officers: Api, screening: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with connect_as_owner(database_server) as connection:
        sql = "UPDATE audit_entries SET reason = 'because' WHERE case_id = $1::text::uuid AND position = 5"
        await connection.execute(sql, screening["id"])
    path = await bundle_of(officers, screening, tmp_path / "bundle.zip")
    assert verify.main([str(path)]) == verify.FAULTY
    assert "entry 2 of case: its hash is not that of its content" in capsys.readouterr().out


async def test_a_case_comes_in_and_goes_on(
    new_client: NewClient,
    group: Api,
    officers: Api,
    client_elsewhere: NewClient,
    tmp_path: Path,
    portal: Api,
    there: Api,
) -> None:
    adviser = await new_client()
    case = await screened(group, officers)
    await appointed(group, case, "adviser", "p-adviser", holder={"client": adviser.client_id})
    case = await read(group, case)
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    stranger = await client_elsewhere()
    answer = await import_bundle(portal, path.read_bytes())
    assert answer.status_code == 201, answer.text
    came = answer.json()
    same = ("id", "number", "route", "status", "employer", "summary", "openedAt", "submittedAt", "headcount")
    assert {name: came[name] for name in same} == {name: case[name] for name in same}
    assert came["deadlines"] == case["deadlines"]
    assert came["version"] > case["version"]
    assert answer.headers["etag"] == f'"{came["version"]}"'
    assert (await read(there, case))["number"] == case["number"]
    assert (await stranger.get(f"/v1/cases/{case['id']}")).status_code == 404
    for api in (portal, there):
        assert (await verdict_on(api, case))["holds"]
    entries = await history_of(portal, case)
    before = await history_of(group, case)
    assert entries[: len(before)] == before
    assert [each["action"] for each in entries[len(before) :]] == ["import"]
    people = {each["person"]: each for each in await parties(portal, case)}
    for person in ("p-member", portal.person):
        assert people[person]["holder"] == {"client": portal.client_id, "organisation": None}
    assert people["p-one"]["holder"] == {"client": None, "organisation": str(employer_id())}
    assert people["p-one"]["holds"]
    assert not people["p-adviser"]["holds"]
    stale = await portal.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["changedSince"][-1]["action"] == "import"
    # The lead acts through the client that brought the case, and the officer through a client of the body.
    arrived = await read(there, case)
    moved = await act(there, case, "find-not-eligible", {"reasons": "Not in scope"}, by="p-one")
    assert (arrived["version"], moved["version"]) == (6, 7)
    assert (await read(portal, case))["version"] == came["version"]
    lead = portal.person
    assert (await appoint(portal, case, "applicant-member", "p-more", by=lead)).status_code == 201
    assert (await act(portal, case, "withdraw", {"membersInFavour": 7}, by=lead))["status"] == "withdrawn"
    for api in (portal, there):
        assert (await verdict_on(api, case))["holds"]
    assert (await read(portal, case, asAt=case["submittedAt"]))["status"] == "eoi-submitted"


async def test_a_case_taken_from_the_bodies_side_keeps_what_is_for_them(
    officers: Api, screening: Case, tmp_path: Path, portal: Api, there: Api
) -> None:
    path = await bundle_of(officers, screening, tmp_path / "bundle.zip")
    answer = await import_bundle(portal, path.read_bytes())
    assert answer.status_code == 201, answer.text
    for api, seen in ((portal, []), (there, ["proposal"])):
        shown = (await api.get(f"/v1/cases/{screening['id']}/records", params={"kind": "proposal"})).json()["items"]
        assert [each["kind"] for each in shown] == seen
        assert (await verdict_on(api, screening))["holds"]
        now = utcnow().isoformat()
        assert await read(api, screening, asAt=now) == {**await read(api, screening), "allowedActions": []}
    assert "Not in scope" not in json.dumps(await history_of(portal, screening))
    assert "Not in scope" in json.dumps(await history_of(there, screening))
    again = await bundle_of(there, screening, tmp_path / "again.zip")
    assert verify.main([str(again)]) == verify.HOLDS


async def test_a_draft_comes_in_whole_and_stays_one(
    elsewhere: Platform, group: Api, tmp_path: Path, portal: Api, there: Api
) -> None:
    case = await open_case(group, summary="Nobody's business")
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    assert (await import_bundle(portal, path.read_bytes())).status_code == 201
    assert (await there.get(f"/v1/cases/{case['id']}")).status_code == 404
    assert (await verdict_on(portal, case))["holds"]
    moved = await act(portal, case, "submit", by=portal.person)
    assert moved["status"] == "eoi-submitted"
    entries = await history_of(there, case)
    assert [(each["action"], each["position"], each["version"]) for each in entries] == [("submit", 1, 1)]
    assert (await verdict_on(there, case))["holds"]
    async with elsewhere.runtimes["applications"].database.transaction() as session:
        snapshot = await read_snapshot(session, UUID(case["id"]), readers=SYSTEM, now=utcnow())
    assert snapshot is not None
    assert entries[-1]["snapshot"] == dump_state(snapshot)


async def test_only_that_it_came_in_is_told(
    elsewhere: Platform, group: Api, submitted: Case, tmp_path: Path, portal: Api
) -> None:
    path = await bundle_of(group, submitted, tmp_path / "bundle.zip")
    assert (await import_bundle(portal, path.read_bytes())).status_code == 201
    await elsewhere.drain_events()
    feed = (await portal.get("/v1/events", params={"limit": 200})).json()["items"]
    mine = [each for each in feed if each.get("caseid") == submitted["id"]]
    events = [(each["type"], each["data"]) for each in mine if ".applications." in each["type"]]
    assert [kind.split(".")[-2] for kind, _ in events] == ["case-imported"]
    assert events[0][1]["origin"] == "bundle"


async def test_a_case_comes_in_once(
    new_client: NewClient, group: Api, case: Case, client_elsewhere: NewClient, tmp_path: Path, portal: Api
) -> None:
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    other = await client_elsewhere()
    home = await new_client(scopes="cases:read cases:import")
    assert (await import_bundle(home, path.read_bytes())).status_code == 409
    assert (await import_bundle(portal, path.read_bytes())).status_code == 201
    for api in (portal, other):
        assert name_problem(await import_bundle(api, path.read_bytes())) == (409, "known-already")
    assert (await other.get(f"/v1/cases/{case['id']}")).status_code == 404


async def test_a_bundle_comes_in_whether_or_not_a_draft_has_its_number(
    new_client: NewClient, group: Api, case: Case, client_elsewhere: NewClient, tmp_path: Path, portal: Api
) -> None:
    draft = (await bundle_of(group, case, tmp_path / "draft.zip")).read_bytes()
    recorder = await new_client(scopes="cases:read cases:import")
    recorded = await record_historic_case(recorder, number=case["number"])
    past = (await bundle_of(recorder, recorded, tmp_path / "past.zip")).read_bytes()
    for bundle in (draft, past):
        answer = await import_bundle(portal, bundle)
        assert (answer.status_code, answer.json()["number"]) == (201, case["number"])
    moved = await act(portal, case, "submit", by=portal.person)
    assert moved["number"] != case["number"]
    assert (await verdict_on(portal, case))["holds"]


def rewritten(path: Path, change: dict[str, bytes]) -> bytes:
    """The bundle with some members replaced."""
    changed = path.with_suffix(".changed")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, change.get(name, before.read(name)))
    return changed.read_bytes()


async def test_what_does_not_hold_is_refused_and_nothing_of_it_stays(
    elsewhere: Platform, group: Api, screening: Case, tmp_path: Path, portal: Api
) -> None:
    path = await bundle_of(group, screening, tmp_path / "bundle.zip")
    with zipfile.ZipFile(path) as archive:
        state, manifest = archive.read("case.json"), archive.read("manifest.json")
    for content, wrong in (
        (rewritten(path, {"case.json": state.replace(b"Learning", b"Teaching")}), "case.json was changed"),
        (rewritten(path, {"manifest.jws": BundleKey.generate().sign(manifest).encode()}), "is not trusted"),
        (path.read_bytes()[:-50], "ZIP"),
    ):
        answer = await import_bundle(portal, content)
        assert answer.status_code == 422, answer.text
        assert wrong in answer.text, answer.text
    assert (await portal.get(f"/v1/cases/{screening['id']}")).status_code == 404
    connection = await asyncpg.connect(elsewhere.background["applications"].settings.database_url.get_secret_value())
    try:
        await connection.execute("SELECT set_config('rtp.readers', 'system', false)")
        for table in ("case_parties", "case_records", "case_deadlines", "audit_entries", "outbox"):
            sql = f"SELECT count(*) FROM {table} WHERE case_id = $1::text::uuid"  # noqa: S608
            assert await connection.fetchval(sql, screening["id"]) == 0, table
    finally:
        await connection.close()
    assert (await import_bundle(portal, path.read_bytes())).status_code == 201


def test_the_gateway_lets_through_what_the_service_takes() -> None:
    limit = ApplicationsSettings.model_fields["bundle_limit"].default
    assert limit == ForwardingLimits().body_of("/v1/imports")
    assert is_streamed(f"/v1/cases/{UUID(int=1)}/bundle")


@pytest.mark.parametrize("wrong", ['{"keys": [{"kty": "RSA"}]}', '{"keys": 1}', "[]", "x"])
def test_trusted_keys_that_are_none_are_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError, match="Ed25519"):
        ApplicationsSettings(database_url=SecretStr("postgresql://x@y/z"), bundle_trusted_keys=wrong)


def test_without_a_key_of_its_own_an_instance_trusts_others_only() -> None:
    bare = ApplicationsSettings(database_url=SecretStr("postgresql://x@y/z"))
    assert bare.signing_key is None
    assert bare.trusted_keys == []
    with pytest.raises(ValidationError, match="Ed25519"):
        ApplicationsSettings(database_url=SecretStr("postgresql://x@y/z"), bundle_key=SecretStr("x"))


def test_a_former_key_stays_published_and_trusted_after_a_rotation() -> None:
    former, present = BundleKey.generate(), BundleKey.generate()
    rotated = ApplicationsSettings(
        database_url=SecretStr("postgresql://x@y/z"),
        bundle_key=SecretStr(present.to_pem()),
        bundle_former_keys=json.dumps({"keys": [former.public_jwk]}),
    )
    assert rotated.published_keys == [present.public_jwk, former.public_jwk]
    assert rotated.trusted_keys == rotated.published_keys


async def test_who_may_import_and_in_which_format(client_elsewhere: NewClient, portal: Api) -> None:
    ordinary = await client_elsewhere(scopes="cases:read cases:write")
    assert (await import_bundle(ordinary, b"")).status_code == 403
    wrong = await portal.post("/v1/imports", content=b"{}", headers={"Content-Type": "application/json"})
    assert wrong.status_code == 415
    huge = await portal.post(
        "/v1/imports", content=b"", headers={"Content-Type": "application/zip", "Content-Length": str(10**9)}
    )
    assert huge.status_code == 413


async def test_an_import_is_repeated_under_its_key(group: Api, screening: Case, tmp_path: Path, portal: Api) -> None:
    content = (await bundle_of(group, screening, tmp_path / "bundle.zip")).read_bytes()
    headers = {"Content-Type": "application/zip", "Idempotency-Key": '"import"'}
    answers = [await portal.post("/v1/imports", content=content, headers=headers) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    refused = await portal.post("/v1/imports", content=content + b"x", headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
