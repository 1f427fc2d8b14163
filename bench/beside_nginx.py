"""The rows `gateway-trivial` and `gateway-read`: the gateway beside nginx as a plain proxy, in turns, within one run.

Both have one worker and the same service behind them; the gateway checks the token and counts every request besides.
"""

import statistics
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from tests.support.cases import EMPLOYER
from tests.support.packages import ensure
from tests.support.ports import find_free_port

from bench.load import Figures, Target, measure, wait_for
from bench.started_services import StartedServices, end, submit_case
from rtp_applications.bodies.models import body_id

Row = dict[str, Any]
CLIENT, CASES = "bench", 50
CLIENTS = 16
REQUESTS = 1_000_000
"""Over which the gateway's memory is to stay as it is."""
WARM_UP_SECONDS = 2.0
_PLAIN = """
worker_processes 1; daemon off; error_log stderr crit; pid {directory}/{name}.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 100; }}
  server {{ listen 127.0.0.1:{port}; {location} }}
}}
"""
_PROXY = 'location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }'
_TRIVIAL = "location / { default_type application/json; return 200 '{\"trivial\": true}'; }"


QUOTAS = ("RTP_CLIENT_BURST", "RTP_CLIENT_SUSTAINED", "RTP_ORGANISATION_BURST", "RTP_ORGANISATION_SUSTAINED")
"""Requests are counted as always; one client may ask more often than any ever would."""
NAMES = ("gateway-read", "gateway-trivial", "gateway-memory")


class EdgeServices(StartedServices):
    """The service with some cases, and the gateway before it."""

    def __init__(self) -> None:
        quotas: dict[str, Any] = dict.fromkeys(QUOTAS, "1000000")
        super().__init__({CLIENT: body_id(EMPLOYER)}, **quotas)
        self.ids = self.directory / "ids.txt"

    def _start(self) -> None:
        super()._start()
        self.token = self.new_token(CLIENT)
        with self.open_client(self.token) as api:
            self.ids.write_text("\n".join(submit_case(api) for _ in range(CASES)) + "\n")


def measure_all(only: str | None, rounds: int, seconds: float, say: Callable[[str], None]) -> Iterator[Row]:
    with EdgeServices() as services:
        if only in (None, "gateway-read"):
            yield measure_beside_nginx(
                "gateway-read", services, services.gateway, services.service, rounds, seconds, say
            )
        if only in (None, "gateway-trivial"):
            with start_trivial(services) as (gateway, trivial):
                yield measure_beside_nginx("gateway-trivial", services, gateway, trivial, rounds, seconds, say)
        if only in (None, "gateway-memory"):
            with start_trivial(services) as (gateway, _):
                yield measure_growth(services, gateway, requests=REQUESTS, say=say)


@contextmanager
def run_nginx(services: EdgeServices, name: str, *, upstream: int, trivial: bool = False) -> Iterator[Target]:
    """Run nginx as a plain proxy of the upstream, or as a service that does nothing."""
    ensure("nginx")
    port, directory = find_free_port(), services.directory
    config = directory / f"{name}.conf"
    location = _TRIVIAL if trivial else _PROXY
    config.write_text(_PLAIN.format(directory=directory, name=name, port=port, upstream=upstream, location=location))
    log = Path(directory / f"{name}.log")
    with log.open("wb") as file:
        process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(config)], stdout=file, stderr=file)
    try:
        wait_for(f"http://127.0.0.1:{port}/", process, log)
        yield services.build_target(port, process.pid)
    finally:
        end(process)


@contextmanager
def start_trivial(services: EdgeServices) -> Iterator[tuple[Target, Target]]:
    """Run a service that does nothing, and a gateway before it; return the gateway and the service."""
    with run_nginx(services, "trivial", upstream=1, trivial=True) as trivial:
        port = find_free_port()
        pid = services.start_gateway(port, int(trivial.url.rpartition(":")[2]))
        yield services.build_target(port, pid), trivial


def measure_beside_nginx(
    name: str,
    services: EdgeServices,
    gateway: Target,
    upstream: Target,
    rounds: int,
    seconds: float,
    say: Callable[[str], None],
) -> Row:
    """Measure the gateway and nginx before the same upstream; the time added is that of one client alone."""
    port = int(upstream.url.rpartition(":")[2])
    with run_nginx(services, f"{name}-proxy", upstream=port) as proxy:
        pairs = [_turn(services, (proxy, gateway), CLIENTS, seconds, warm=not number) for number in range(rounds + 1)]
        alone = [_turn(services, (upstream, gateway), 1, seconds, warm=not number) for number in range(rounds + 1)]
        memory = _measure_memory(gateway)
    floor, ours = zip(*pairs[1:], strict=True)
    say(
        f"  {name}: {_median(ours, 'per_second'):,.0f} a second, nginx {_median(floor, 'per_second'):,.0f}; CPU ms "
        f"{_median(ours, 'server_cpu_ms')}, nginx {_median(floor, 'server_cpu_ms')}"
    )
    return {
        "name": name,
        "ratio": round(statistics.median(b.per_second / a.per_second for a, b in pairs[1:]), 3),
        "added_p50_ms": round(statistics.median(b.p50_ms - a.p50_ms for a, b in alone[1:]), 3),
        "p50_ms": _median(ours, "p50_ms"),
        "p95_ms": _median(ours, "p95_ms"),
        "p99_ms": _median(ours, "p99_ms"),
        "per_second": _median(ours, "per_second"),
        "server_cpu_ms": _median(ours, "server_cpu_ms"),
        "mib": memory,
        "requests": sum(figures.requests for figures in ours),
        "generator_cpu": _median(ours, "generator_cpu"),
        "floor": {
            "p50_ms": _median(floor, "p50_ms"),
            "per_second": _median(floor, "per_second"),
            "server_cpu_ms": _median(floor, "server_cpu_ms"),
            "generator_cpu": _median(floor, "generator_cpu"),
        },
        "clients": CLIENTS,
        "rounds": rounds,
    }


def measure_growth(services: EdgeServices, gateway: Target, *, requests: int, say: Callable[[str], None]) -> Row:
    """Measure by how much the gateway's memory grows over so many requests, once it is warm."""
    _load(services, gateway, CLIENTS, WARM_UP_SECONDS * 5)
    before, made = _measure_memory(gateway), 0
    while made < requests:
        made += _load(services, gateway, CLIENTS, 10).requests
        say(f"  gateway-memory: {made:,} requests, {_measure_memory(gateway):.1f} MiB")
    after = _measure_memory(gateway)
    return {
        "name": "gateway-memory",
        "growth": round(after / before, 3),
        "mib": after,
        "requests": made,
        "floor": {"mib": before},
    }


def _turn(
    services: EdgeServices, targets: tuple[Target, Target], clients: int, seconds: float, *, warm: bool
) -> tuple[Figures, Figures]:
    first, second = (_load(services, each, clients, WARM_UP_SECONDS if warm else seconds) for each in targets)
    return first, second


def _load(services: EdgeServices, target: Target, clients: int, seconds: float) -> Figures:
    return measure("read", target, clients=clients, seconds=seconds, token=services.token, ids=services.ids)


def _measure_memory(gateway: Target) -> float:
    return round(float(psutil.Process(gateway.servers[0]).memory_info().rss) / 2**20, 1)


def _median(figures: Any, name: str) -> float:
    return round(float(statistics.median(getattr(one, name) for one in figures)), 3)
