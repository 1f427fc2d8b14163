"""Load by wrk, and what it cost: latencies, and the CPU time of the processes that answered."""

import json
import os
import resource
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

SCRIPT = Path(__file__).with_name("load.lua")
_INSTALL = ["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", "wrk"]


class LoadError(Exception):
    """Load cannot be made or failed; the message is one line for a person."""


@dataclass(frozen=True)
class Target:
    """A server under load: its address, and the processes whose CPU time counts."""

    url: str
    servers: tuple[int, ...]
    """Process ids."""
    postmaster: int
    """PostgreSQL's first process; its children are counted with it."""


@dataclass(frozen=True)
class Figures:
    """One measurement."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    per_second: float
    per_cpu_second: float
    """Requests for one second of CPU time of the servers and PostgreSQL together; the generator is not counted."""
    server_cpu_ms: float
    """CPU time for one request in the servers."""
    database_cpu_ms: float
    """CPU time for one request in PostgreSQL."""
    generator_cpu: float
    """CPU seconds a second that wrk used: near 1 a thread, it would be the bottleneck."""
    requests: int
    failed: int


def ensure_wrk() -> str:
    """Return the path of wrk; install Debian's package where it is missing and we may."""
    if not shutil.which("wrk") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing wrk with apt-get: a few seconds.", flush=True)
        for command in (_INSTALL, ["apt-get", "update", "--quiet"], _INSTALL):
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if shutil.which("wrk"):
                break
    found = shutil.which("wrk")
    if not found:
        raise LoadError("wrk, which makes the load, is not installed: run `sudo apt-get install wrk`.")
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU time so far of these processes and their children, those that have ended included."""
    total = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


def measure(
    mode: str, target: Target, *, clients: int, seconds: float, token: str, ids: Path, used: int = 0
) -> Figures:
    """Put load on the target for some seconds. `used` of the ids are used up, where each may be taken once."""
    wrk = [ensure_wrk(), "--threads=1", f"--connections={clients}", f"--duration={seconds:g}s", "--timeout=10s"]
    environment = {
        **os.environ,
        "BENCH_MODE": mode,
        "BENCH_TOKEN": token,
        "BENCH_IDS": str(ids),
        "BENCH_FROM": str(used),
        "BENCH_RUN": secrets.token_hex(4),
    }
    servers, database, generator = _get_cpu_seconds(target)
    command = [*wrk, f"--script={SCRIPT}", target.url]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=seconds + 30)
    servers, database, generator = (
        after - before for after, before in zip(_get_cpu_seconds(target), (servers, database, generator), strict=True)
    )
    _, found, result = done.stdout.partition("RESULT ")
    if not found:
        raise LoadError(f"wrk said no result: {(done.stderr or done.stdout).strip()}")
    said = json.loads(result)
    if said["failed"] > max(5, said["requests"] * 0.001) or not said["requests"]:  # two random case numbers may meet
        raise LoadError(f"{said['failed']} of {said['requests']} requests of {mode} at {target.url} failed.")
    return Figures(
        p50_ms=said["p50_ms"],
        p95_ms=said["p95_ms"],
        p99_ms=said["p99_ms"],
        per_second=said["requests"] / said["seconds"],
        per_cpu_second=said["requests"] / (servers + database),
        server_cpu_ms=servers * 1000 / said["requests"],
        database_cpu_ms=database * 1000 / said["requests"],
        generator_cpu=generator / said["seconds"],
        requests=said["requests"],
        failed=said["failed"],
    )


def _get_cpu_seconds(target: Target) -> tuple[float, float, float]:
    """Return the CPU time so far of the servers, PostgreSQL, and the generators that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return cpu_seconds(target.servers), cpu_seconds([target.postmaster]), ended.ru_utime + ended.ru_stime


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, *, seconds: float = 120) -> None:
    """Wait until something answers at the URL; raise LoadError if its process ended or it takes too long."""
    import httpx

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code < 500:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise LoadError(f"nothing answers at {url}: {log.read_text(errors='replace').strip()[-2000:]}")
