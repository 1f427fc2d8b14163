"""The log over HTTP: it holds every entry, tells nobody what it is about, and a stranger can check all of it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from copy import deepcopy
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rtp_applications.transparency import commands
from rtp_applications.transparency.rules.notes import SignedCheckpoint
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.clock import utcnow
from tests.applications.history.stories import history_of, verdict_on
from tests.applications.transparency import rfc6962
from tests.applications.transparency.logs import (
    BATCH,
    SCRIPT,
    Mirror,
    get_worker,
    load_verifier,
    publish,
    take_receipt,
)
from tests.conftest import Api, NewClient
from tests.support.cases import open_case, submit_case
from tests.support.tables import connect_as_owner, connect_for, require_denied

pytestmark = pytest.mark.anyio
Json = dict[str, Any]


@pytest.fixture
async def stranger(new_client: NewClient) -> Api:
    """Somebody without a token."""
    api = await new_client(scopes="")
    del api.headers["Authorization"]
    return api


async def read_entries(api: Api, size: int) -> list[bytes]:
    """Read every leaf of the published tree."""
    entries: list[bytes] = []
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        name = load_verifier().name_tile(number) + (f".p/{width}" if width < 256 else "")
        answer = await api.get(f"/v1/log/tile/entries/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
        pieces = [answer.content[at : at + 34] for at in range(0, len(answer.content), 34)]
        assert {piece[:2] for piece in pieces} == {b"\0\x20"}
        entries += [piece[2:] for piece in pieces]
    return entries


async def read_checkpoint(api: Api) -> str:
    answer = await api.get("/v1/log/checkpoint")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    return answer.text


def run_verifier(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", SCRIPT, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


async def test_every_entry_of_a_case_is_a_leaf_with_a_receipt_that_holds(
    platform: Platform, group: Api, stranger: Api, screening: Json, tmp_path: Path
) -> None:
    checkpoint = (await publish(platform)).checkpoint
    key = (await stranger.get("/v1/log")).json()["key"]
    entries = await read_entries(stranger, checkpoint.size)
    assert rfc6962.mth(entries) == checkpoint.root
    history = await history_of(group, screening)
    assert len(history) > 3
    for entry in history:
        receipt = (await take_receipt(group, screening, entry["hash"])).json()
        commitment = sha256(bytes.fromhex(receipt["salt"]) + bytes.fromhex(entry["hash"])).digest()
        assert entries[receipt["place"]] == commitment
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt))
    code, said = run_verifier("receipt", str(file), "--log", key, "--entry", entry["hash"])
    assert (code, said.split()[0:2]) == (0, ["Entry", entry["hash"]]), said
    code, said = run_verifier("receipt", str(file), "--log", key, "--entry", history[0]["hash"])
    assert (code, "another entry" in said) == (1, True), said


def list_forgeries(receipt: Json) -> list[Json]:
    """Return a receipt with one thing of it altered, each in turn."""
    head, _, note = receipt["proof"].partition("\n\n")
    lines = head.split("\n")
    altered = {
        "entryHash": "00" * 32,
        "salt": "00" * 32,
        "place": receipt["place"] ^ 1,
        "format": "other",
    }
    proofs = [
        receipt["proof"].replace(lines[2], f"index {receipt['place'] ^ 1}"),
        "\n".join(lines[:-1]) + f"\n\n{note}",
        "\n".join([*lines, lines[-1]]) + f"\n\n{note}",
        f"{head}\n\n{note.replace('/v1/log', '/v1/gol')}",
        f"{head}\n\n{note.splitlines()[0]}\n{int(note.splitlines()[1]) + 1}\n"
        + "\n".join(note.splitlines()[2:])
        + "\n",
        f"{head}\n\n{note[:-12]}AAAAAAAAAA=\n",
        head,
    ]
    return [{**receipt, name: value} for name, value in altered.items()] + [
        {**deepcopy(receipt), "proof": each} for each in proofs
    ]


async def test_a_receipt_that_was_altered_does_not_hold(
    platform: Platform, group: Api, case: Json, stranger: Api
) -> None:
    await publish(platform)
    verifier = load_verifier()
    [entry] = await history_of(group, case)
    receipt = (await take_receipt(group, case, entry["hash"])).json()
    key = verifier.Key((await stranger.get("/v1/log")).json()["key"], verifier.LOG)
    verifier.verify_receipt(receipt, key, entry=entry["hash"])
    for forged in list_forgeries(receipt):
        with pytest.raises((AssertionError, ValueError)):
            verifier.verify_receipt(forged, key, entry=entry["hash"])


async def test_the_log_grows_and_an_older_checkpoint_is_its_beginning(
    platform: Platform, stranger: Api, group: Api, tmp_path: Path
) -> None:
    await publish(platform)
    older = await read_checkpoint(stranger)
    for _ in range(3):
        await open_case(group)
        await publish(platform)
    newer = await read_checkpoint(stranger)
    tiles = await Mirror(tmp_path / "tiles", stranger).copy(SignedCheckpoint.parse(newer).checkpoint.size)
    (tmp_path / "old").write_text(older)
    (tmp_path / "new").write_text(newer)
    key = (await stranger.get("/v1/log")).json()["key"]
    same = ("follows", str(tmp_path / "old"), str(tmp_path / "new"), "--log", key, "--tiles")
    code, said = run_verifier(*same, tiles)
    assert (code, "begins with" in said) == (0, True), said
    spoilt = max((tmp_path / "tiles" / "0").rglob("*"), key=lambda path: (path.is_file(), str(path)))
    spoilt.write_bytes(bytes(len(spoilt.read_bytes())))
    code, said = run_verifier(*same, tiles)
    assert (code, "not" in said) == (1, True), said
    assert run_verifier(*same, str(tmp_path / "nowhere"))[0] == 2


async def test_the_tree_grows_by_whole_batches_whether_anything_was_done_or_not(platform: Platform, group: Api) -> None:
    sizes = [(await publish(platform)).checkpoint.size]
    for cases in (0, 1, BATCH, BATCH + 1, 2 * BATCH + 1):
        for _ in range(cases):
            await open_case(group)
        sizes.append((await publish(platform)).checkpoint.size)
    steps = [after - before for before, after in pairwise(sizes)]
    assert steps == [BATCH, BATCH, BATCH, 2 * BATCH, 4 * BATCH]


async def test_the_tree_does_not_grow_before_its_time(platform: Platform) -> None:
    await publish(platform)
    now = utcnow()
    async with get_worker(platform).database.transaction() as session:
        for ahead, grows in ((890, False), (901, True), (1790, False), (1802, True)):
            at = now + timedelta(seconds=ahead)
            assert await commands.grow_tree(session, now=at, seconds=900, batch=BATCH) == grows
        await session.rollback()


async def test_leaves_stand_in_no_order(platform: Platform, group: Api, database_server: Postgres) -> None:
    """Nobody can tell by its place which leaf is of whom, nor which is of nobody."""
    await publish(platform)
    places: list[Sequence[int]] = []
    for _ in range(4):
        made = [(await open_case(group))["id"] for _ in range(BATCH - 2)]
        await publish(platform)
        async with connect_as_owner(database_server) as connection:
            rows = await connection.fetch(
                "SELECT case_id::text, place FROM log_leaves WHERE case_id::text = ANY($1)", made
            )
        of_case = {row["case_id"]: row["place"] % BATCH for row in rows}
        places.append(tuple(of_case[case_id] for case_id in made))
    assert len(set(places)) > 1
    assert any(list(each) != sorted(each) for each in places)


async def test_nothing_of_a_case_can_be_read_in_the_log(
    platform: Platform, group: Api, stranger: Api, case: Json
) -> None:
    size = (await publish(platform)).checkpoint.size
    shown = b"".join(await read_entries(stranger, size))
    for entry in await history_of(group, case):
        for word in (entry["hash"], entry["previousHash"], entry["salt"].encode().hex()):
            assert bytes.fromhex(word) not in shown


async def test_a_receipt_is_for_who_may_read_the_entry(
    platform: Platform, group: Api, officers: Api, outside: Api, stranger: Api, screening: Json
) -> None:
    await publish(platform)
    own = {entry["hash"]: entry for entry in await history_of(group, screening)}
    bodies = {entry["hash"]: entry for entry in await history_of(officers, screening)}
    assert own.keys() - bodies.keys()
    assert bodies.keys() - own.keys()
    for entry_hash in own.keys() | bodies.keys():
        for api, readable in ((group, own), (officers, bodies)):
            answer = await take_receipt(api, screening, entry_hash)
            assert answer.status_code == (200 if entry_hash in readable else 404), answer.text
        assert (await take_receipt(outside, screening, entry_hash)).status_code == 404
        assert (await take_receipt(stranger, screening, entry_hash)).status_code == 401
    unknown = await take_receipt(group, screening, "ab" * 32)
    hidden = await take_receipt(group, screening, next(iter(bodies.keys() - own.keys())))
    assert {**unknown.json(), "instance": ""} == {**hidden.json(), "instance": ""}


async def test_a_receipt_waits_for_the_tree(platform: Platform, group: Api) -> None:
    await publish(platform)
    case = await open_case(group)
    [entry] = await history_of(group, case)
    early = await take_receipt(group, case, entry["hash"])
    assert (early.status_code, early.headers["Retry-After"]) == (409, "900")
    assert early.json()["type"].endswith("/problems/not-in-the-log-yet")
    await publish(platform)
    assert (await take_receipt(group, case, entry["hash"])).status_code == 200


async def test_a_salt_that_was_destroyed_leads_nowhere_and_everything_else_holds(
    platform: Platform, group: Api, stranger: Api, database_server: Postgres
) -> None:
    case = await submit_case(group, await open_case(group))
    before = (await publish(platform)).checkpoint
    leaves = await read_entries(stranger, before.size)
    entries = await history_of(group, case)
    async with connect_as_owner(database_server) as connection:
        await connection.execute("UPDATE log_leaves SET salt = NULL WHERE case_id = $1::text::uuid", case["id"])
    answer = await take_receipt(group, case, entries[0]["hash"])
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "salt-destroyed")
    assert (await verdict_on(group, case))["holds"]
    after = (await publish(platform)).checkpoint
    read = await read_entries(stranger, after.size)
    assert (read[: before.size], rfc6962.mth(read)) == (leaves, after.root)


async def test_nobody_writes_an_entry_without_its_leaf(
    platform: Platform, database_server: Postgres, case: Json
) -> None:
    async with connect_as_owner(database_server) as connection:
        missing = """SELECT count(*) FROM audit_entries e LEFT JOIN log_leaves l USING (case_id, position)
            WHERE l.salt IS NULL OR l.commitment <> sha256(l.salt || e.hash)"""
        destroyed = await connection.fetchval("SELECT count(*) FROM log_leaves WHERE salt IS NULL")
        assert await connection.fetchval(missing) == destroyed
        salts = await connection.fetchrow("SELECT count(salt), count(DISTINCT salt) FROM log_leaves")
        assert salts[0] == salts[1] > 0


async def test_a_leaf_is_walled_as_its_entry_is(
    platform: Platform, database_server: Postgres, group: Api, officers: Api, case: Json
) -> None:
    count = "SELECT count(*) FROM (SELECT case_id, salt FROM log_leaves WHERE case_id = $1::text::uuid) l"
    for readers, seen in (
        (f"client:{group.client_id}", 1),
        (f"org:{officers.organisation}", 0),
        ("system", 1),
        ("", 0),
    ):
        async with connect_for(database_server, readers) as connection:
            assert await connection.fetchval(count, case["id"]) == seen, readers
    for forbidden in (
        "INSERT INTO log_leaves (case_id, position, commitment) SELECT case_id, 0, '' FROM log_leaves",
        "UPDATE log_leaves SET salt = NULL",
        "DELETE FROM log_leaves",
        "UPDATE log_tiles SET hashes = ''",
        "DELETE FROM log_checkpoints",
        "INSERT INTO log_checkpoints (size, root, made_at) VALUES (1, '', now())",
        "UPDATE log_checkpoints SET note = ''",
    ):
        await require_denied(database_server, forbidden)


async def test_a_tree_that_was_altered_is_not_signed(
    platform: Platform, stranger: Api, group: Api, database_server: Postgres
) -> None:
    """Whoever could write in the tables would have to break the signed tree's hashes, and the worker says so."""
    await publish(platform)
    before = await read_checkpoint(stranger)
    worker = get_worker(platform)
    settings: Any = worker.settings
    async with connect_as_owner(database_server) as connection:
        kept = await connection.fetchrow("SELECT * FROM log_tiles WHERE level = 0 ORDER BY number DESC LIMIT 1")
        spoilt = bytes(32) + kept["hashes"][32:]
        change = "UPDATE log_tiles SET hashes = $1 WHERE level = 0 AND number = $2"
        await connection.execute(change, spoilt, kept["number"])
        async with worker.database.transaction() as session:
            await commands.grow_tree(session, now=utcnow(), seconds=0, batch=BATCH)
        with pytest.raises(commands.TreeWasAltered):
            async with worker.database.transaction() as session:
                await commands.sign_newest(session, settings.get_log_key(settings.public_url), now=utcnow())
        assert await read_checkpoint(stranger) == before
        size = SignedCheckpoint.parse(before).checkpoint.size
        # Back to how it was, for the tests that follow.
        await connection.execute("DELETE FROM log_checkpoints WHERE size > $1", size)
        await connection.execute("UPDATE log_leaves SET place = NULL WHERE place >= $1", size)
        await connection.execute("DELETE FROM log_tiles WHERE level = 0 AND number > $1", kept["number"])
        await connection.execute(change, kept["hashes"], kept["number"])
        await connection.execute(
            "DELETE FROM log_tiles WHERE level > 0 AND number * 256 ^ level >= $1::bigint / 256", size
        )


@pytest.mark.parametrize(
    "path", ["0/001.p/9999", "0/x999/999", "0/0", "9/000", "entries/x001/000.p/1", "entries/x", "0/000.p/0"]
)
async def test_what_is_not_in_the_published_tree_is_not_found(platform: Platform, stranger: Api, path: str) -> None:
    await publish(platform)
    answer = await stranger.get(f"/v1/log/tile/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_tiles_may_be_kept_for_ever_and_checkpoints_may_not(platform: Platform, stranger: Api) -> None:
    await publish(platform)
    tile = await stranger.get("/v1/log/tile/0/000.p/1")
    assert (len(tile.content), "immutable" in tile.headers["Cache-Control"]) == (32, True)
    assert (await stranger.get("/v1/log/checkpoint")).headers["Cache-Control"] == "public, max-age=5"
    assert (await stranger.get("/v1/log/tile/64/000")).status_code == 422
    assert (await stranger.get("/v1/log?unknown=1")).status_code == 422
