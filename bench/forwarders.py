"""What forwarding costs: reads of a case straight from the service, by each way to forward, and through the gateway.

    python -m bench.forwarders

docs/adr/0004 tells what was decided by it.
"""

import statistics
import sys
from collections.abc import Callable

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.load import Figures, Target, measure
from bench.rows import CLIENTS
from bench.stage import Stage, free_ports
from rtp_applications.app import service as applications
from rtp_gateway.inbound.proxy.forward import HOP_BY_HOP, InProcess, OverHttp, Upstreams
from rtp_gateway.routing import ForwardingLimits
from rtp_shared.run import verifier
from rtp_shared.service import Runtime
from rtp_shared.settings import ProcessSettings
from rtp_shared.web import build_app

NAME = applications.name
ROUNDS = 4


def forwarding(upstreams: Upstreams) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await upstreams.forward(NAME, scope, receive, send)

    return app


def by_aiohttp(upstream: str) -> ASGIApp:
    """What the gateway does."""
    return forwarding(OverHttp({NAME: upstream}, public_url=upstream, limits=ForwardingLimits()))


def by_httpx(upstream: str) -> ASGIApp:
    """The least that httpx can do: it streams, and passes headers on, for requests without a body."""
    client = httpx.AsyncClient(base_url=upstream, timeout=30, trust_env=False, limits=httpx.Limits(keepalive_expiry=30))

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name not in HOP_BY_HOP]
        request = client.build_request(scope["method"], scope["raw_path"].decode(), headers=headers)
        answer = await client.send(request, stream=True)
        kept = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() != b"transfer-encoding"]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        async for chunk in answer.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


def in_process(_: str) -> ASGIApp:
    """The service in the same process, as in one-process mode; its settings come from the environment."""
    settings = ProcessSettings()
    runtime = Runtime.build(applications, settings, verifier(settings))
    return forwarding(InProcess({NAME: build_app(runtime)}, limits=ForwardingLimits()))


WAYS: dict[str, Callable[[str], ASGIApp]] = {"aiohttp": by_aiohttp, "httpx": by_httpx, "in-process": in_process}


def main() -> None:
    with Stage() as stage:
        targets = {"direct": stage.service, "gateway": stage.gateway}
        environment = {"RTP_DATABASE_URL": stage.url_of(applications), "RTP_PUBLIC_URL": stage.public_url}
        for way, port in zip(WAYS, free_ports(len(WAYS)), strict=True):
            command = [sys.executable, "-m", "bench.forwarders", way, stage.service.url, str(port)]
            pid = stage.start(way, command, port, "/v1/bodies/GB-LAE-CMD", **environment)
            alone = way == "in-process"
            targets[way] = stage.target(port, pid, *(() if alone else stage.service.servers))
        one = _in_turns(stage, targets, clients=1)
        many = _in_turns(stage, targets, clients=CLIENTS)
    print(f"{'':<12}{'p50 ms':>10}{'added':>10}{'CPU ms':>10}{'added':>10}{f'{CLIENTS} clients, a second':>26}")
    for way in targets:
        times = f"{_median(one[way], 'p50_ms'):>10.2f}{_added(one, way, 'p50_ms'):>10.2f}"
        cpu = f"{_median(many[way], 'server_cpu_ms'):>10.3f}{_added(many, way, 'server_cpu_ms'):>10.3f}"
        print(f"{way:<12}{times}{cpu}{_median(many[way], 'per_second'):>26,.0f}")
    print(
        f"p50 for one client alone; CPU of the servers for a request at {CLIENTS} clients; medians of {ROUNDS} rounds"
    )


def _in_turns(stage: Stage, targets: dict[str, Target], *, clients: int) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {way: [] for way in targets}
    for number in range(ROUNDS + 1):
        for way, target in targets.items():
            figures = measure("read", target, clients=clients, seconds=3, token=stage.token, ids=stage.ids)
            if number:  # the first is to warm up
                found[way].append(figures)
        print(f"{clients} clients: round {number} of {ROUNDS}", flush=True)
    return found


def _added(found: dict[str, list[Figures]], way: str, what: str) -> float:
    """To the direct way, within a round."""
    pairs = zip(found["direct"], found[way], strict=True)
    return float(statistics.median(getattr(b, what) - getattr(a, what) for a, b in pairs))


def _median(figures: list[Figures], what: str) -> float:
    return float(statistics.median(getattr(one, what) for one in figures))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        uvicorn.run(
            WAYS[sys.argv[1]](sys.argv[2]), port=int(sys.argv[3]), access_log=False, log_config=None, lifespan="off"
        )
    else:
        main()
