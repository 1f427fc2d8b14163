"""From the submission of a case to its event at a subscriber's webhook, through the platform in one process.

The floor does the same with nothing around it: an INSERT with NOTIFY, a listener, and a POST.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from aiohttp import web
from tests.support.cases import READY
from tests.support.ports import find_free_port

from bench.load import cpu_seconds, wait_for
from bench.started_services import end
from rtp_embedded import postgres

COUNT = 100
PAUSE = 0.1
"""Seconds between submissions: what is measured is the way of one event, not a queue."""
TRUST = "GB-NHS-RRV"
SUBMITTED = "org.righttoprovide.applications.case-submitted.v1"
_QUEUE = "CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)"
_PUBLISH = (
    "WITH row AS (INSERT INTO outbox (body) VALUES ($1) RETURNING id) SELECT pg_notify('outbox', id::text) FROM row"
)


class WebhookReceiver:
    """A subscriber that notes how long ago each event was made."""

    def __init__(self) -> None:
        self.url = ""
        self.seconds: list[float] = []
        self.whole = asyncio.Event()
        """Set when all have come."""

    async def take(self, request: web.Request) -> web.Response:
        now = time.time()
        made = datetime.fromisoformat(json.loads(await request.read())["time"])
        self.seconds.append(now - made.timestamp())
        if len(self.seconds) == COUNT:
            self.whole.set()
        return web.Response(status=204)


@asynccontextmanager
async def serve_receiver() -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    port = find_free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = f"http://127.0.0.1:{port}/"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def measure(directory: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure the row of the webhook."""
    floor = asyncio.run(_measure_floor(directory / "floor"))
    say(f"  submit-to-webhook: the floor takes {_compute_milliseconds(floor)['p50_ms']:.1f} ms at p50")
    port = find_free_port()
    log = directory / "platform.log"
    command = [sys.executable, "-m", "rtp_examples.run", "--port", str(port), "--data-dir", str(directory / "platform")]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        wait_for(f"http://127.0.0.1:{port}/ready", process, log, seconds=60)
        secrets = json.loads((directory / "platform" / "sandbox.json").read_text())
        ours, seconds, cpu = asyncio.run(_measure_ours(f"http://127.0.0.1:{port}", secrets, process.pid))
    finally:
        end(process)
    found, least = _compute_milliseconds(ours), _compute_milliseconds(floor)
    return {
        "name": "submit-to-webhook",
        "ratio": round(least["p50_ms"] / found["p50_ms"], 3),
        **found,
        "per_second": round(COUNT / seconds, 1),
        "per_cpu_second": round(COUNT / cpu, 1),
        "floor": least,
        "mode": "one process",
        "count": COUNT,
    }


def _compute_milliseconds(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {f"p{part}_ms": round(ordered[len(ordered) * part // 100] * 1000, 2) for part in (50, 95, 99)}


async def _measure_ours(url: str, secrets: dict[str, str], pid: int) -> tuple[list[float], float, float]:
    async with serve_receiver() as receiver, aiohttp.ClientSession(url, raise_for_status=True) as http:
        trust, council = [await _sign_in(http, name, secrets) for name in ("trust-subscriber", "council-intake")]
        subscription = {"sink": receiver.url, "types": [SUBMITTED]}
        await _post(http, "/v1/subscriptions", trust, subscription)
        drafts = [await _post(http, "/v1/cases", council, {**READY, "employer": TRUST}) for _ in range(COUNT)]
        began, before = time.monotonic(), cpu_seconds([pid])
        for draft in drafts:
            submit = f"/v1/cases/{draft['id']}/actions/submit"
            await _post(http, submit, {**council, "If-Match": f'"{draft["version"]}"'})
            await asyncio.sleep(PAUSE)
        await asyncio.wait_for(receiver.whole.wait(), 60)
        return receiver.seconds, time.monotonic() - began, cpu_seconds([pid]) - before


async def _sign_in(http: aiohttp.ClientSession, client: str, secrets: dict[str, str]) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secrets[client]}
    async with http.post("/oauth2/token", data=form) as answer:
        return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


async def _post(http: aiohttp.ClientSession, path: str, headers: dict[str, str], body: Any = None) -> Any:
    async with http.post(path, headers=headers, json=body) as answer:
        return await answer.json()


async def _measure_floor(directory: Path) -> list[float]:
    with postgres.start(directory) as server:
        writer, listener = await asyncpg.connect(server.url()), await asyncpg.connect(server.url())
        await writer.execute(_QUEUE)
        woken: asyncio.Queue[str] = asyncio.Queue()
        await listener.add_listener("outbox", lambda _1, _2, _3, id_: woken.put_nowait(id_))
        async with serve_receiver() as receiver, aiohttp.ClientSession() as http:
            sending = asyncio.ensure_future(_send(listener, woken, http, receiver.url))
            for _ in range(COUNT):
                event = {"time": datetime.now().astimezone().isoformat(), "filler": "x" * 800}
                await writer.execute(_PUBLISH, json.dumps(event).encode())
                await asyncio.sleep(PAUSE)
            await asyncio.wait_for(receiver.whole.wait(), 60)
            sending.cancel()
        await listener.close()
        await writer.close()
        return receiver.seconds


async def _send(connection: Any, woken: asyncio.Queue[str], http: aiohttp.ClientSession, url: str) -> None:
    while True:
        body = await connection.fetchval("SELECT body FROM outbox WHERE id = $1", int(await woken.get()))
        async with http.post(url, data=body) as answer:
            await answer.read()
