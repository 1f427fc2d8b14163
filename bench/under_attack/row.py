"""The row `under-attack`: one client's reads at rest and beside attackers of every kind at once, within one run.

The reader is on 127.0.0.1, with one steady rate on connections of its own; the attackers are in a process of their own,
on other addresses of loopback, as clients of another organisation.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import asyncpg
import httpx
import uvloop
from tests.support.cases import EMPLOYER, READY

from bench.load import cpu_seconds
from bench.sinks import open_silent_sink
from bench.started_services import StartedServices, end, submit_case
from bench.under_attack.attackers import Outcomes
from bench.under_attack.attacks import ATTACKS, Attack, Victim
from rtp_applications.bodies.models import body_id
from rtp_gateway.app import service as gateway
from rtp_shared.contracts.applications import ReviewBegun

READER = "reader"
READS_A_SECOND = 20
READ_SECONDS = 10.0
"""A read that takes longer has failed."""
CONNECTIONS = 8
EVENTS_A_SECOND = 5
"""Recorded at rest and under attack: each wakes those that wait for one."""
WARM_UP_SECONDS = 3.0
CONTENT = 20_000_000
"""Bytes of the document that attackers read slowly."""
_RECORD = """
    INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about)
    VALUES ($1, $2, $1, 'bench', 1, $3, $4, sha256($4), '{}')
"""


def measure(
    services: StartedServices,
    say: Callable[[str], None],
    *,
    at_rest: float = 30,
    under_attack: float = 60,
    attacks: Sequence[Attack] = ATTACKS,
) -> dict[str, Any]:
    """Measure the row: so many seconds at rest, and so many under attack."""
    row = uvloop.run(_measure(services, at_rest, under_attack, attacks))
    both = f"{row['p95_ms']:.1f} ms, {row['floor']['p95_ms']:.1f} ms at rest"
    say(f"  under-attack: p95 {both}: {row['ratio']:.2f} times")
    say(f"  under-attack: {row['failed']} of {row['reads']} reads failed {row['failures'] or ''}")
    say(f"  under-attack, CPU seconds a second at rest: {row['floor']['cpu']}")
    say(f"  under-attack, CPU seconds a second then: {row['cpu']}")
    for attack in attacks:
        say(f"    {attack.name:14} {attack.connections:>3} at once, {attack.per_second:>2g} new a second: "
            f"{row['attacks'][attack.name]['outcomes']}")  # fmt: skip
    return row


def start() -> StartedServices:
    """The platform that is attacked: the gateway and the service with the cases."""
    clients = {READER: body_id(EMPLOYER), **{each.client_id: body_id("GB-LAE-BRX") for each in ATTACKS}}
    return StartedServices(clients, RTP_ALLOW_PRIVATE_SINKS="true")


def choose_attacks() -> Sequence[Attack]:
    """Return those that BENCH_ATTACKS names, with commas between; all if it names none."""
    named = os.environ.get("BENCH_ATTACKS", "").split(",")
    return [each for each in ATTACKS if each.name in named] or ATTACKS


@dataclass
class Phase:
    """The answers that the reader got in one part of the run."""

    times: list[float] = field(default_factory=list)
    """Milliseconds from when a read was due to the last byte of its answer."""
    failures: list[str] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    """CPU seconds a second of each part of the platform, of the reader and of the attackers."""

    def get_percentile(self, part: int) -> float:
        return round(sorted(self.times)[len(self.times) * part // 100], 2)

    def to_json(self) -> dict[str, Any]:
        return {**{f"p{part}_ms": self.get_percentile(part) for part in (50, 95, 99)}, "cpu": self.cpu}


async def _measure(
    services: StartedServices, at_rest: float, under_attack: float, attacks: Sequence[Attack]
) -> dict[str, Any]:
    async with open_silent_sink() as sink, _record_events(services, attacks), _open_reader(services) as reader:
        victim = await asyncio.to_thread(_prepare_victim, services, attacks, sink.url)
        await reader.read_evenly(WARM_UP_SECONDS)
        with _count_cpu(services.pids) as used:
            rest = await reader.read_evenly(at_rest)
        rest.cpu = used
        with _start_attackers(victim, under_attack, attacks) as attackers:
            with _count_cpu({**services.pids, "attackers": attackers.pid}) as used:
                attacked = await reader.read_evenly(under_attack)
            attacked.cpu = used
            outcomes: Outcomes = json.loads(await asyncio.to_thread(_read_to_end, attackers))
    return {
        "name": "under-attack",
        "ratio": round(attacked.get_percentile(95) / rest.get_percentile(95), 2),
        **attacked.to_json(),
        "per_second": READS_A_SECOND,
        "floor": rest.to_json(),
        "reads": len(attacked.times) + len(attacked.failures),
        "failed": len(attacked.failures) + len(rest.failures),
        "failures": sorted(set(attacked.failures + rest.failures)),
        "attacks": {
            each.name: {
                "connections": each.connections,
                "per_second": each.per_second,
                "outcomes": outcomes[each.name],
            }
            for each in attacks
        },
        "mode": "gateway and one service",
    }


def _prepare_victim(services: StartedServices, attacks: Sequence[Attack], silent_sink: str) -> Victim:
    """Give each attacker that needs one a token, and those that need one a document."""
    tokens = {each.name: services.new_token(each.client_id) for each in attacks if each.needs_client}
    paths = {"slow-uploads": "", "slow-downloads": ""}
    for name in paths.keys() & tokens.keys():
        with services.open_client(tokens[name]) as api:
            paths[name] = _add_document(api)
    with services.open_client(tokens.get("slow-downloads", "")) as api:
        if path := paths["slow-downloads"]:
            headers = {"If-Match": "*", "Content-Type": "application/pdf"}
            content = b"%PDF-1.7\n".ljust(CONTENT, b"x") + b"\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
            api.put(path, content=content, headers=headers).raise_for_status()
    port = urlsplit(services.gateway.url).port
    assert port is not None
    return Victim(port, tokens, paths["slow-uploads"], paths["slow-downloads"], silent_sink)


def _add_document(api: httpx.Client) -> str:
    """Open a case with a document that has no content yet; return the path of its content."""
    case = api.post("/v1/cases", json=READY).raise_for_status().json()
    opening = {"kind": "business-plan", "title": "Our plan"}
    path = f"/v1/cases/{case['id']}/documents"
    document = api.post(path, json=opening, headers={"If-Match": "*"}).raise_for_status().json()
    return f"{path}/{document['id']}/content"


@contextmanager
def _start_attackers(victim: Victim, seconds: float, attacks: Sequence[Attack]) -> Iterator["subprocess.Popen[bytes]"]:
    given = {"victim": json.loads(victim.to_json()), "seconds": seconds, "attacks": [each.name for each in attacks]}
    command = [sys.executable, "-m", "bench.under_attack.attackers"]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert started.stdin is not None
        started.stdin.write(json.dumps(given).encode())
        started.stdin.close()
        yield started
    finally:
        end(started)
        if started.stdout is not None:
            started.stdout.close()


def _read_to_end(process: "subprocess.Popen[bytes]") -> bytes:
    assert process.stdout is not None
    return process.stdout.read()


@contextmanager
def _count_cpu(pids: Mapping[str, int]) -> Iterator[dict[str, float]]:
    """Count the CPU seconds a second that each of these, and this very process, uses within the block."""
    used: dict[str, float] = {}
    began, before = time.perf_counter(), {name: cpu_seconds([pid]) for name, pid in pids.items()}
    own = time.process_time()
    yield used
    seconds = time.perf_counter() - began
    used.update({name: round((cpu_seconds([pid]) - before[name]) / seconds, 2) for name, pid in pids.items()})
    used[READER] = round((time.process_time() - own) / seconds, 2)


@asynccontextmanager
async def _record_events(services: StartedServices, attacks: Sequence[Attack]) -> AsyncIterator[None]:
    """Record events within the block that the reader and the attackers may see."""
    connection = await asyncpg.connect(services.server.url(gateway.database))
    readers = [f"client:{client_id}" for client_id in (READER, *(each.client_id for each in attacks))]

    async def record() -> None:
        while True:
            await connection.execute(_RECORD, uuid4(), ReviewBegun.TYPE, readers, b'{"data":{}}')
            await asyncio.sleep(1 / EVENTS_A_SECOND)

    recording = asyncio.create_task(record())
    try:
        yield
    finally:
        recording.cancel()
        with suppress(asyncio.CancelledError):
            await recording
        await connection.close()


class Reader:
    """A client that reads at a steady rate: one of its cases, a list of them, and the newest events, in turns."""

    def __init__(self, http: aiohttp.ClientSession, cases: Sequence[str]) -> None:
        self._http = http
        paths = [path for case in cases for path in (f"/v1/cases/{case}", "/v1/cases?limit=20", "/v1/events?limit=20")]
        self._paths = itertools.cycle(paths)

    async def read_evenly(self, seconds: float) -> Phase:
        """Read for so long; a read that is late puts off none after it."""
        phase, began, under_way = Phase(), time.perf_counter(), []
        for number in range(round(READS_A_SECOND * seconds)):
            due = began + number / READS_A_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            under_way.append(asyncio.create_task(self._read(next(self._paths), due, phase)))
        await asyncio.gather(*under_way)
        return phase

    async def _read(self, path: str, due: float, phase: Phase) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS), self._http.get(path) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            phase.failures.append(type(error).__name__)
            return
        if answer.status == 200:
            phase.times.append((time.perf_counter() - due) * 1000)
        else:
            phase.failures.append(str(answer.status))


@asynccontextmanager
async def _open_reader(services: StartedServices) -> AsyncIterator[Reader]:
    token = await asyncio.to_thread(services.new_token, READER)
    with services.open_client(token) as api:
        cases = [await asyncio.to_thread(submit_case, api) for _ in range(20)]
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=60)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(services.gateway.url, connector=connector, headers=headers) as http:
        yield Reader(http, cases)
