"""Measures forwarding: reads of a case straight from the service, by each way to forward, and through the gateway.

    python -m bench.forwarders

docs/adr/0004 tells what was decided by it.
"""

import statistics
import sys
from collections.abc import Callable

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.support.ports import find_free_ports

from bench.load import Figures, Target, measure
from bench.measured_services import MeasuredServices
from bench.rows import CLIENTS
from rtp_applications.app import service as applications
from rtp_gateway.inbound.proxy.forward import HOP_BY_HOP, InProcess, OverHttp, Upstreams
from rtp_gateway.routing import ForwardingLimits
from rtp_shared.run import build_verifier
from rtp_shared.service import Runtime
from rtp_shared.settings import ProcessSettings
from rtp_shared.web import build_app

NAME = applications.name
ROUNDS = 4


def build_forwarder(upstreams: Upstreams) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await upstreams.forward(NAME, scope, receive, send)

    return app


def forward_by_aiohttp(upstream: str) -> ASGIApp:
    """Forward as the gateway does."""
    return build_forwarder(OverHttp({NAME: upstream}, public_url=upstream, limits=ForwardingLimits()))


def forward_by_httpx(upstream: str) -> ASGIApp:
    """Forward by as little as httpx can do: stream, and pass headers on, for requests without a body."""
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


def forward_in_process(_: str) -> ASGIApp:
    """Run the service in the same process, as in one-process mode; its settings come from the environment."""
    settings = ProcessSettings()
    runtime = Runtime.build(applications, settings, build_verifier(settings))
    return build_forwarder(InProcess({NAME: build_app(runtime)}, limits=ForwardingLimits()))


WAYS: dict[str, Callable[[str], ASGIApp]] = {
    "aiohttp": forward_by_aiohttp,
    "httpx": forward_by_httpx,
    "in-process": forward_in_process,
}


def main() -> None:
    with MeasuredServices() as services:
        targets = {"direct": services.service, "gateway": services.gateway}
        environment = {"RTP_DATABASE_URL": services.get_url(applications), "RTP_PUBLIC_URL": services.public_url}
        for way, port in zip(WAYS, find_free_ports(len(WAYS)), strict=True):
            command = [sys.executable, "-m", "bench.forwarders", way, services.service.url, str(port)]
            pid = services.start(way, command, port, "/v1/bodies/GB-LAE-CMD", **environment)
            alone = way == "in-process"
            targets[way] = services.build_target(port, pid, *(() if alone else services.service.servers))
        one = _measure_in_turns(services, targets, clients=1)
        many = _measure_in_turns(services, targets, clients=CLIENTS)
    print(f"{'':<12}{'p50 ms':>10}{'added':>10}{'CPU ms':>10}{'added':>10}{f'{CLIENTS} clients, a second':>26}")
    for way in targets:
        times = f"{_take_median(one[way], 'p50_ms'):>10.2f}{_compute_added(one, way, 'p50_ms'):>10.2f}"
        cpu = f"{_take_median(many[way], 'server_cpu_ms'):>10.3f}{_compute_added(many, way, 'server_cpu_ms'):>10.3f}"
        print(f"{way:<12}{times}{cpu}{_take_median(many[way], 'per_second'):>26,.0f}")
    print(
        f"p50 for one client alone; CPU of the servers for a request at {CLIENTS} clients; medians of {ROUNDS} rounds"
    )


def _measure_in_turns(
    services: MeasuredServices, targets: dict[str, Target], *, clients: int
) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {way: [] for way in targets}
    for number in range(ROUNDS + 1):
        for way, target in targets.items():
            figures = measure("read", target, clients=clients, seconds=3, token=services.token, ids=services.ids)
            if number:  # the first is to warm up
                found[way].append(figures)
        print(f"{clients} clients: round {number} of {ROUNDS}", flush=True)
    return found


def _compute_added(found: dict[str, list[Figures]], way: str, what: str) -> float:
    """Return the difference to the direct way, within a round."""
    pairs = zip(found["direct"], found[way], strict=True)
    return float(statistics.median(getattr(b, what) - getattr(a, what) for a, b in pairs))


def _take_median(figures: list[Figures], what: str) -> float:
    return float(statistics.median(getattr(one, what) for one in figures))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        uvicorn.run(
            WAYS[sys.argv[1]](sys.argv[2]), port=int(sys.argv[3]), access_log=False, log_config=None, lifespan="off"
        )
    else:
        main()
