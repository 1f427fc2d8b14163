"""A case leaves in a bundle and comes in elsewhere."""

import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr, ValidationError

from rtp_applications.cases.store import read_file
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
from tests.applications.bundles.conftest import ElsewhereClient
from tests.applications.history.stories import bundle_of, history_of, import_bundle, read, screened, verdict_on
from tests.conftest import NewClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.people import act, appoint, appointed, parties

pytestmark = pytest.mark.anyio


async def keys_of(api: Any, path: Path) -> Path:
    answer = await api.get("/v1/bundle-keys", headers={"Authorization": ""})
    assert answer.status_code == 200
    path.write_text(answer.text)  # noqa: ASYNC240 - a small file
    return path


async def test_each_reader_s_bundle_holds_and_has_what_that_reader_may_see(
    new_client: NewClient, tmp_path: Path
) -> None:
    group, officers, outside = await new_client(), await new_client(organisation=employer_id()), await new_client()
    case = await screened(group, officers)
    await appointed(group, case, "adviser", "p-adviser", holder={"client": outside.client_id})
    key = await keys_of(group, tmp_path / "keys.json")
    heads = set()
    for name, api, hidden, proposal in (
        ("group", group, 1, False),
        ("officers", officers, 3, True),
        ("outside", outside, 4, False),
    ):
        path = await bundle_of(api, case, tmp_path / f"{name}.zip")
        assert verify.main([str(path), "--key", str(key)]) == verify.HOLDS
        with open_bundle(path) as bundle:
            assert sum("withheld" in each.to_json() for each in bundle.entries) == hidden
            assert [each.to_json() for each in bundle.entries] == await history_of(api, case)
            assert ("proposal:find-not-eligible" in bundle.state["records"]) is proposal
            assert bundle.manifest.number == case["number"]
            heads.add(bundle.manifest.head.hex())
    assert heads == {(await verdict_on(group, case))["head"]}
    with zipfile.ZipFile(tmp_path / "officers.zip") as archive:
        assert not any(b"First thoughts" in archive.read(each) for each in archive.namelist())


async def test_a_bundle_is_answered_as_a_file(new_client: NewClient) -> None:
    group = await new_client()
    case = await open_case(group)
    answer = await group.get(f"/v1/cases/{case['id']}/bundle")
    assert answer.headers["content-disposition"] == f'attachment; filename="{case["number"]}.zip"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    head = await group.head(f"/v1/cases/{case['id']}/bundle")
    assert (head.status_code, head.content) == (200, b"")


async def test_what_was_changed_in_the_database_is_found_in_a_bundle_offline(
    database_server: Postgres, new_client: NewClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group, officers = await new_client(), await new_client(organisation=employer_id())
    case = await screened(group, officers)
    connection = await asyncpg.connect(database_server.url("rtp_applications"))
    try:
        sql = "UPDATE audit_entries SET reason = 'because' WHERE case_id = $1::text::uuid AND position = 5"
        await connection.execute(sql, case["id"])
    finally:
        await connection.close()
    path = await bundle_of(officers, case, tmp_path / "bundle.zip")
    assert verify.main([str(path)]) == verify.FAULTY
    assert "entry 5: its hash is not that of its content" in capsys.readouterr().out


async def test_a_case_comes_in_and_goes_on(
    elsewhere: Platform, new_client: NewClient, client_elsewhere: ElsewhereClient, tmp_path: Path
) -> None:
    group, officers, adviser = await new_client(), await new_client(organisation=employer_id()), await new_client()
    case = await screened(group, officers)
    await appointed(group, case, "adviser", "p-adviser", holder={"client": adviser.client_id})
    case = await read(group, case)
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    portal, there = await client_elsewhere(), await client_elsewhere(organisation=employer_id())
    stranger = await client_elsewhere()
    answer = await import_bundle(portal, path.read_bytes())
    assert answer.status_code == 201, answer.text
    came = answer.json()
    same = ("id", "number", "route", "status", "employerId", "summary", "openedAt", "submittedAt", "headcount")
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
    assert people["p-member"]["holder"] == people[portal.person]["holder"] == f"client:{portal.client_id}"
    assert people["p-one"]["holder"] == f"org:{employer_id()}"
    assert people["p-one"]["holds"]
    assert not people["p-adviser"]["holds"]
    stale = await portal.post(f"/v1/cases/{case['id']}/actions/withdraw", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["changedSince"][-1]["action"] == "import"
    # The lead acts through the client that brought the case, and the officer through a client of the body.
    moved = await act(there, case, "find-not-eligible", {"reasons": "Not in scope"}, by="p-one")
    assert moved["version"] == came["version"] + 1
    lead = portal.person
    assert (await appoint(portal, case, "applicant-member", "p-more", by=lead)).status_code == 201
    assert (await act(portal, case, "withdraw", {"membersInFavour": 7}, by=lead))["status"] == "withdrawn"
    for api in (portal, there):
        assert (await verdict_on(api, case))["holds"]
    assert (await read(portal, case, asAt=case["submittedAt"]))["status"] == "eoi-submitted"


async def test_a_case_taken_from_the_bodies_side_keeps_what_is_for_them(
    elsewhere: Platform, new_client: NewClient, client_elsewhere: ElsewhereClient, tmp_path: Path
) -> None:
    group, officers = await new_client(), await new_client(organisation=employer_id())
    case = await screened(group, officers)
    path = await bundle_of(officers, case, tmp_path / "bundle.zip")
    portal, there = await client_elsewhere(), await client_elsewhere(organisation=employer_id())
    answer = await import_bundle(portal, path.read_bytes())
    assert answer.status_code == 201, answer.text
    for api, seen in ((portal, []), (there, ["proposal"])):
        shown = (await api.get(f"/v1/cases/{case['id']}/records", params={"kind": "proposal"})).json()["items"]
        assert [each["kind"] for each in shown] == seen
        assert (await verdict_on(api, case))["holds"]
        now = utcnow().isoformat()
        assert await read(api, case, asAt=now) == {**await read(api, case), "allowedActions": []}
    assert "Not in scope" not in json.dumps(await history_of(portal, case))
    assert "Not in scope" in json.dumps(await history_of(there, case))
    again = await bundle_of(there, case, tmp_path / "again.zip")
    assert verify.main([str(again)]) == verify.HOLDS


async def test_a_draft_comes_in_whole_and_stays_one(
    elsewhere: Platform, new_client: NewClient, client_elsewhere: ElsewhereClient, tmp_path: Path
) -> None:
    group = await new_client()
    case = await open_case(group, summary="Nobody's business")
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    portal, there = await client_elsewhere(), await client_elsewhere(organisation=employer_id())
    assert (await import_bundle(portal, path.read_bytes())).status_code == 201
    assert (await there.get(f"/v1/cases/{case['id']}")).status_code == 404
    assert (await verdict_on(portal, case))["holds"]
    moved = await act(portal, case, "submit", by=portal.person)
    assert moved["status"] == "eoi-submitted"
    entries = await history_of(there, case)
    assert [each.get("action") for each in entries] == [None, None, "submit"]
    assert "Nobody's business" not in json.dumps([each for each in entries if "withheld" in each])
    assert (await verdict_on(there, case))["holds"]
    async with elsewhere.runtimes["applications"].database.transaction() as session:
        file = await read_file(session, UUID(case["id"]), readers=SYSTEM, now=utcnow())
    assert file is not None
    assert entries[-1]["snapshot"] == dump_state(file)


async def test_only_that_it_came_in_is_told(
    elsewhere: Platform, new_client: NewClient, client_elsewhere: ElsewhereClient, tmp_path: Path
) -> None:
    group = await new_client()
    case = await submit_case(group, await open_case(group))
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    portal = await client_elsewhere()
    assert (await import_bundle(portal, path.read_bytes())).status_code == 201
    await elsewhere.drain_events()
    feed = (await portal.get("/v1/events", params={"limit": 200})).json()["items"]
    mine = [each for each in feed if each["caseid"] == case["id"]]
    told = [(each["type"], each["data"]) for each in mine if ".applications." in each["type"]]
    assert [kind.split(".")[-2] for kind, _ in told] == ["case-imported"]
    assert told[0][1]["origin"] == "bundle"


async def test_a_case_comes_in_once(
    elsewhere: Platform, new_client: NewClient, client_elsewhere: ElsewhereClient, tmp_path: Path
) -> None:
    group = await new_client()
    case = await open_case(group)
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    first, second = await client_elsewhere(), await client_elsewhere()
    home = await new_client(scopes="cases:read cases:import")
    assert (await import_bundle(home, path.read_bytes())).status_code == 409
    assert (await import_bundle(first, path.read_bytes())).status_code == 201
    for api in (first, second):
        answer = await import_bundle(api, path.read_bytes())
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/known-already")
    assert (await second.get(f"/v1/cases/{case['id']}")).status_code == 404


def rewritten(path: Path, change: dict[str, bytes]) -> bytes:
    """The bundle with some members replaced."""
    changed = path.with_suffix(".changed")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, change.get(name, before.read(name)))
    return changed.read_bytes()


async def test_what_does_not_hold_is_refused_and_nothing_of_it_stays(
    elsewhere: Platform, new_client: NewClient, client_elsewhere: ElsewhereClient, tmp_path: Path
) -> None:
    group, officers = await new_client(), await new_client(organisation=employer_id())
    case = await screened(group, officers)
    path = await bundle_of(group, case, tmp_path / "bundle.zip")
    portal = await client_elsewhere()
    with zipfile.ZipFile(path) as archive:
        state, audit = archive.read("case.json"), archive.read("audit.jsonl")
    other = BundleKey.generate()
    foreign = other.sign(zipfile.ZipFile(path).read("manifest.json")).encode()
    for content, wrong in (
        (rewritten(path, {"case.json": state.replace(b"Learning", b"Teaching")}), "case.json was changed"),
        (rewritten(path, {"audit.jsonl": audit.replace(b"acknowledge", b"acknowledged")}), "audit.jsonl was changed"),
        (rewritten(path, {"manifest.jws": foreign}), "is not trusted"),
        (rewritten(path, {"manifest.jws": b"x"}), "signature"),
        (path.read_bytes()[:-50], "ZIP"),
        (b"PK not a zip", "ZIP"),
        (b"", "ZIP"),
    ):
        answer = await import_bundle(portal, content)
        assert answer.status_code == 422, answer.text
        assert wrong in answer.text, answer.text
    assert (await portal.get(f"/v1/cases/{case['id']}")).status_code == 404
    connection = await asyncpg.connect(elsewhere.runtimes["applications"].settings.database_url.get_secret_value())
    try:
        await connection.execute("SELECT set_config('rtp.readers', 'system', false)")
        for table in ("case_parties", "case_records", "case_deadlines", "audit_entries", "outbox"):
            sql = f"SELECT count(*) FROM {table} WHERE case_id = $1::text::uuid"  # noqa: S608
            assert await connection.fetchval(sql, case["id"]) == 0, table
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


async def test_who_may_import_and_in_which_format(elsewhere: Platform, client_elsewhere: ElsewhereClient) -> None:
    ordinary = await client_elsewhere(scopes="cases:read cases:write")
    assert (await import_bundle(ordinary, b"")).status_code == 403
    portal = await client_elsewhere()
    wrong = await portal.post("/v1/imports", content=b"{}", headers={"Content-Type": "application/json"})
    assert wrong.status_code == 415
    huge = await portal.post(
        "/v1/imports", content=b"", headers={"Content-Type": "application/zip", "Content-Length": str(10**9)}
    )
    assert huge.status_code == 413
