"""Witnesses: this instance asks others, and is one itself. It cosigns what follows, and nothing else."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx
import pytest

from rtp_applications.app import service as applications
from rtp_applications.transparency import commands, queries, scheduler
from rtp_applications.transparency.rules.notes import (
    Checkpoint,
    NoteKey,
    SignedCheckpoint,
    VerifierKey,
    parse_signatures,
)
from rtp_applications.transparency.rules.proofs import WitnessRequest
from rtp_applications.transparency.settings import LogSettings
from rtp_applications.transparency.witnesses import KnowsAnotherSize, NotCosigned, ask_witness
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.service import Runtime
from rtp_shared.web import build_app
from tests.applications.history.stories import history_of
from tests.applications.transparency import rfc6962
from tests.applications.transparency.logs import (
    get_worker,
    load_verifier,
    new_log_key,
    new_pem,
    new_witness_key,
    publish,
    take_receipt,
    with_settings,
)
from tests.conftest import Api
from tests.support.cases import open_case
from tests.support.serving import serving

pytestmark = pytest.mark.anyio
ENTRIES = [number.to_bytes(32) for number in range(40)]


@dataclass
class OtherLog:
    """A log elsewhere, whose operator could do as they like."""

    name: str
    entries: Sequence[bytes] = tuple(ENTRIES)
    key: NoteKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = new_log_key(self.name)

    def sign(self, size: int) -> str:
        text = Checkpoint(self.name, size, rfc6962.mth(self.entries[:size])).text
        return f"{text}\n{self.key.sign(text, at=utcnow()).format()}"

    def ask(self, old: int, size: int) -> WitnessRequest:
        proof = rfc6962.proof(old, self.entries[:size]) if old else []
        return WitnessRequest(old, proof, self.sign(size))


@pytest.fixture
def log() -> OtherLog:
    return OtherLog(f"{new_witness_key('x').verifier.key_id.hex()}.example/v1/log")


@pytest.fixture
async def witness(platform: Platform, log: OtherLog) -> AsyncIterator[httpx.AsyncClient]:
    """This instance, which witnesses the other log."""
    runtime = with_settings(platform.runtimes[applications.name], witnessed_logs=[str(log.key.verifier)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_app(runtime)), base_url="http://w") as client:
        yield client


async def ask(witness: httpx.AsyncClient, request: WitnessRequest) -> httpx.Response:
    return await witness.post("/v1/log/witness/add-checkpoint", content=request.format())


def get_key(platform: Platform) -> NoteKey:
    settings = platform.runtimes[applications.name].settings
    assert isinstance(settings, LogSettings)
    key = settings.get_witness_key(platform.public_url)
    assert key
    return key


def list_witnesses(runtime: Runtime) -> list[tuple[str, VerifierKey]]:
    assert isinstance(runtime.settings, LogSettings)
    return runtime.settings.witnesses


async def test_what_follows_is_cosigned(platform: Platform, witness: httpx.AsyncClient, log: OtherLog) -> None:
    for old, new in ((0, 5), (5, 5), (5, 8), (8, 37)):
        request = log.ask(old, new)
        answer = await ask(witness, request)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8"), answer.text
        [line] = parse_signatures(answer.text)
        assert get_key(platform).verifier.verifies(line, SignedCheckpoint.parse(request.note).text)


async def test_who_goes_by_another_size_is_told_the_last_one(witness: httpx.AsyncClient, log: OtherLog) -> None:
    await ask(witness, log.ask(0, 8))
    for old in (0, 5, 9):
        answer = await ask(witness, log.ask(old, 20))
        assert (answer.status_code, answer.headers["content-type"], answer.text) == (
            409,
            "text/x.tlog.size; charset=utf-8",
            "8\n",
        )
    assert (await ask(witness, log.ask(8, 20))).status_code == 200


async def test_a_log_that_was_rewritten_is_not_cosigned(witness: httpx.AsyncClient, log: OtherLog) -> None:
    await ask(witness, log.ask(0, 8))
    log.entries = [b"\1" * 32, *ENTRIES[1:]]
    refused = await ask(witness, log.ask(8, 20))
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "does-not-follow")
    assert (await ask(witness, log.ask(8, 8))).status_code == 409
    log.entries = ENTRIES
    assert (await ask(witness, log.ask(8, 20))).status_code == 200


async def test_only_the_log_s_own_checkpoints_are_cosigned(witness: httpx.AsyncClient, log: OtherLog) -> None:
    impostor, unknown = OtherLog(log.name), OtherLog("unknown.example/v1/log")
    assert (await ask(witness, impostor.ask(0, 8))).status_code == 403
    assert (await ask(witness, unknown.ask(0, 8))).status_code == 404
    assert (await ask(witness, WitnessRequest(9, [], log.sign(8)))).status_code == 400
    both = log.ask(0, 8)
    text = SignedCheckpoint.parse(both.note).text
    both = WitnessRequest(0, [], both.note + impostor.key.sign(text, at=utcnow()).format())
    assert (await ask(witness, both)).status_code == 200


@pytest.mark.parametrize("body", ["", "old 1\n\n", "old -1\n\nx\n1\n\n", "\xff", "old 0\nAA==\n\nx\n1\nx\n\n— a b\n"])
async def test_what_is_no_request_is_refused(witness: httpx.AsyncClient, body: str) -> None:
    answer = await witness.post("/v1/log/witness/add-checkpoint", content=body.encode("latin-1", errors="replace"))
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "not-a-witness-request")


async def test_nobody_is_witnessed_unless_it_is_said(platform: Platform, group: Api, log: OtherLog) -> None:
    answer = await group.post("/v1/log/witness/add-checkpoint", content=log.ask(0, 8).format())
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "unknown-log")


@pytest.fixture
async def other(platform: Platform) -> AsyncIterator[tuple[str, Runtime]]:
    """Another instance, which witnesses this one's log, over real HTTP: its address and this one's worker, told of it.

    It shares the database: what it knows of other logs is in a table of its own.
    """
    await publish(platform)
    web = platform.runtimes[applications.name]
    async with get_worker(platform).database.transaction() as session:
        own_log = (await queries.get_newest(session)).signed_by or ""
    origin = f"other-{new_witness_key('x').verifier.key_id.hex()}.example/v1/log"
    elsewhere = with_settings(web, witnessed_logs=[own_log], witness_key=new_pem(), log_origin=origin)
    settings = elsewhere.settings
    assert isinstance(settings, LogSettings)
    key = settings.get_witness_key("")
    assert key
    async with serving(build_app(elsewhere)) as url:
        address = f"{url}/v1/log/witness"
        worker = with_settings(get_worker(platform), log_witnesses=[f"{address} {key.verifier}"], log_seconds=1)
        yield str(key.verifier), worker


async def test_a_receipt_bears_the_witness_s_cosignature(
    platform: Platform, other: tuple[str, Runtime], group: Api
) -> None:
    witness_key, worker = other
    case = await open_case(group)
    await publish(platform)
    await scheduler.extend_log(worker)
    [entry] = await history_of(group, case)
    receipt = (await take_receipt(group, case, entry["hash"])).json()
    verifier = load_verifier()
    log_key = verifier.Key((await group.get("/v1/log")).json()["key"], verifier.LOG)
    witness = verifier.Key(witness_key, verifier.WITNESS)
    note, cosigned = verifier.verify_receipt(receipt, log_key, [witness], quorum=1)
    assert cosigned == [witness.name]
    stranger = verifier.Key(str(new_witness_key("stranger.example").verifier), verifier.WITNESS)
    with pytest.raises(AssertionError, match="0 of the witnesses"):
        verifier.verify_receipt(receipt, log_key, [stranger], quorum=1)
    forged = {**receipt, "proof": receipt["proof"][:-8] + "AAAAAA=\n"}
    with pytest.raises((AssertionError, ValueError)):
        verifier.verify_receipt(forged, log_key, [witness], quorum=1)
    assert note.size == SignedCheckpoint.parse((await group.get("/v1/log/checkpoint")).text).checkpoint.size


async def test_a_witness_that_knows_more_or_less_is_asked_by_what_it_knows(
    platform: Platform, other: tuple[str, Runtime]
) -> None:
    """What the log knows of it may be lost, as by a restored backup; then it asks by the size that it is told."""
    witness_key, worker = other
    for _ in range(3):
        await scheduler.extend_log(worker)
        await publish(platform)
    async with worker.database.transaction(read_only=True) as session:
        [(url, key)] = list_witnesses(worker)
        request = await commands.prepare_request(session, key, old=0)
    assert request
    with pytest.raises(KnowsAnotherSize):
        await ask_witness(url, key, request)
    await scheduler.have_cosigned(worker, url, key)
    async with worker.database.transaction(read_only=True) as session:
        assert await commands.prepare_request(session, key, old=None) is None
        assert await queries.find_cosigned_size(session, witness_key) > request.old


async def test_a_witness_that_is_away_or_lies_holds_nothing_up(platform: Platform, other: tuple[str, Runtime]) -> None:
    _, worker = other
    liar = str(new_witness_key("liar.example").verifier)
    [(url, key)] = list_witnesses(worker)
    await publish(platform)
    witnesses = [f"http://127.0.0.1:9 {liar}", f"{url} {liar}", f"{url} {key}"]
    await scheduler.extend_log(with_settings(worker, log_witnesses=witnesses))
    async with worker.database.transaction(read_only=True) as session:
        assert await commands.prepare_request(session, key, old=None) is None
    with pytest.raises(NotCosigned):
        await ask_witness("http://127.0.0.1:9", key, WitnessRequest(0, [], ""))
