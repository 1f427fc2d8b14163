"""Answers about hidden cases beside answers about cases that do not exist: they are alike, so neither may take longer.

The asker is another client of the council whose intake system opened the drafts. Both kinds of ids take turns, in a
random order, one request at a time; a ratio is that of the medians.
"""

import random
import statistics
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import httpx
import psycopg
from tests.support.cases import READY

from bench.load import LoadError
from bench.measured_services import MeasuredServices, copy_case
from bench.rows import Row
from rtp_applications.app import service as applications

DRAFTS = 1000
TURNS = 600
WARM_UP = 50
Ask = Callable[[httpx.Client, str], httpx.Response]


def _get(path: str, api: httpx.Client, case_id: str) -> httpx.Response:
    return api.get(f"/v1/cases/{case_id}{path}")


def _post(path: str, api: httpx.Client, case_id: str) -> httpx.Response:
    return api.post(f"/v1/cases/{case_id}{path}", json={"sentOn": "2026-11-02"}, headers={"If-Match": "*"})


WAYS: Mapping[str, Ask] = MappingProxyType(
    {
        "read": partial(_get, ""),
        "history": partial(_get, "/history"),
        "barriers": partial(_get, "/barriers"),
        "documents": partial(_get, "/documents"),
        "action": partial(_post, "/actions/acknowledge"),
        "dry run": partial(_post, "/actions/acknowledge?dryRun=true"),
    }
)


def measure(services: MeasuredServices, say: Callable[[str], None]) -> Row:
    """Measure the row of the hidden and the unknown; its ratio is the one that is farthest from 1."""
    hidden = _make_drafts(services)
    figures = {}
    with services.open_client(services.officers_token) as api:
        api.base_url = httpx.URL(services.public_url)
        for name, ask in WAYS.items():
            _take_turns(api, ask, hidden, WARM_UP)
            figures[name] = _compare(*_take_turns(api, ask, hidden, TURNS))
            say(f"  {name}: {figures[name]['ratio']:.3f} times as long where it is hidden")
    name, worst = max(figures.items(), key=lambda each: abs(each[1]["ratio"] - 1))
    return {"name": "unknown-or-hidden", **worst, "way": name, "ways": figures, "turns": TURNS}


def _make_drafts(services: MeasuredServices) -> list[str]:
    with services.open_client() as api:
        draft = api.post("/v1/cases", json=READY).raise_for_status().json()["id"]
    with psycopg.connect(services.server.url(applications.database), autocommit=True) as connection:
        copies = copy_case(connection, draft, DRAFTS, "3")
        connection.execute("VACUUM ANALYZE")
    return copies


def _take_turns(
    api: httpx.Client, ask: Ask, hidden: Sequence[str], turns: int
) -> tuple[Sequence[float], Sequence[float]]:
    """Return the milliseconds of each answer about what is hidden, and about what is not there."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(turns):
        for there in random.sample((True, False), 2):
            case_id = random.choice(hidden) if there else str(uuid.uuid4())  # noqa: S311
            started = time.perf_counter()
            answer = ask(api, case_id)
            taken[there].append((time.perf_counter() - started) * 1000)
            if answer.status_code != httpx.codes.NOT_FOUND:
                raise LoadError(f"{answer.request.url} answers {answer.status_code}, not 404.")
    return taken[True], taken[False]


def _compare(hidden: Sequence[float], unknown: Sequence[float]) -> Row:
    ours, floor = _describe(hidden), _describe(unknown)
    return {"ratio": round(ours["p50_ms"] / floor["p50_ms"], 3), **ours, "floor": floor}


def _describe(milliseconds: Sequence[float]) -> Row:
    ordered = sorted(milliseconds)
    return {"p50_ms": round(statistics.median(ordered), 3), "p95_ms": round(ordered[len(ordered) * 95 // 100], 3)}
