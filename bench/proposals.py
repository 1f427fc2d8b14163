"""Proposals for one case among 20,000 advisers, from the event to the commit in PostgreSQL: beside reading them all.

The worker's consumer is handed one `case-submitted` after the other. Before each, a place of an adviser is taken, so
that there is always something to follow; every 200 changes the index is made anew, within the time of a proposal. The
floor is what was done before: every adviser is read, ranked by the plain rule, and written down.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from bench.rounds import make_market
from rtp_advice_matching.app import service
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import COPIED, list_candidates
from rtp_advice_matching.matching import Candidate, GroundSummary, MatchingRules, Need, RankingSummary, rank
from rtp_advice_matching.ways import WayOut, find_ways
from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_operations.keys import Keys
from rtp_shared.bus import Message
from rtp_shared.consumer import Consumer
from rtp_shared.contracts import events
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.db import Database
from rtp_shared.run import build_consumer
from rtp_shared.service import Runtime

Row = dict[str, Any]
NAMES = ("propose-20k",)
ADVISERS, ASKED, FLOOR_EVERY = 20_000, 500, 25
MOST_P95_MS = 50.0
READERS = ("client:bench", "system")


def measure(name: str, say: Callable[[str], None]) -> Row:
    """Measure proposals one after the other, and the floor after every twenty-fifth."""
    waiting, candidates = make_market(ASKED, ADVISERS)
    first, took, floor = anyio.run(_propose, [each.need for each in waiting], candidates)
    row: Row = {
        "name": name,
        "ratio": round(statistics.median(floor) / statistics.median(took), 1),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(_pick(took, 95), 1),
        "p99_ms": round(_pick(took, 99), 1),
        "longest_ms": round(max(took), 1),
        "first_ms": round(first, 1),
        "floor": {"p50_ms": round(statistics.median(floor), 1), "p95_ms": round(_pick(floor, 95), 1)},
    }
    say(f"  {row}")
    assert row["p95_ms"] < MOST_P95_MS, f"{name}: p95 is {row['p95_ms']} ms, and {MOST_P95_MS} are allowed"
    return row


def _pick(took: Sequence[float], percentile: int) -> float:
    return sorted(took)[len(took) * percentile // 100]


class _EverybodyRead:
    """The way before: all who take part, ranked one by one and named one by one."""

    def __init__(self, candidates: Sequence[Candidate] = ()) -> None:
        self._candidates = candidates

    async def look(self, session: AsyncSession, *, now: datetime) -> "_EverybodyRead":
        return _EverybodyRead(await list_candidates(session, MatchingRules(), now=now))

    def rank(self, need: Need, *, at_most: int = 3, without: Collection[UUID] = ()) -> RankingSummary:
        ranking = rank(need, (each for each in self._candidates if each.id not in without), at_most=at_most)
        named = tuple(GroundSummary(ground, 1, (adviser_id,)) for adviser_id, ground in ranking.passed_over)
        return RankingSummary(ranking.proposed, named)

    def find(self, adviser_id: UUID) -> Candidate | None:
        return next((each for each in self._candidates if each.id == adviser_id), None)

    def find_ways(self, need: Need) -> list[WayOut]:
        return find_ways(need, self._candidates)


async def _propose(needs: Sequence[Need], candidates: Sequence[Candidate]) -> tuple[float, list[float], list[float]]:
    with tempfile.TemporaryDirectory(prefix="rtp-bench-") as directory, postgres.start(Path(directory)) as server:
        await prepare(server.url, lambda _: None)
        platform = Platform(server.url, public_url="http://rtp.bench", keys=Keys(), documents_dir=Path(directory))
        await _save(server.url(service.database, service.get_role("owner")), candidates)
        runtime = platform.background[service.name]
        before = replace(runtime, resources=replace(runtime.resources, advisers=_EverybodyRead()))
        ours, theirs = build_consumer(runtime), build_consumer(before)
        first = await _time(ours, needs[0])
        took: list[float] = []
        floor: list[float] = []
        for number, need in enumerate(needs[1:]):
            await _take_place(runtime, candidates[number].id)
            of_floor = number % FLOOR_EVERY == 0
            (floor if of_floor else took).append(await _time(theirs if of_floor else ours, need))
        await platform.close()
        return first, took, floor


async def _save(url: str, candidates: Sequence[Candidate]) -> None:
    owner, rows = Database(url, pool_size=1), [_make_row(each) for each in candidates]
    async with owner.transaction() as session:
        for start in range(0, len(rows), 500):
            await session.execute(insert(Adviser).values(rows[start : start + 500]))
    await owner.close()


def _make_row(candidate: Candidate) -> Row:
    shown = {"name": f"Adviser {candidate.id}", "network_name": "Network", "hours_per_month": candidate.hours}
    kept = {name: getattr(candidate, name) for name in COPIED}
    return {**kept, **shown, "is_example": False, "active": True}


async def _take_place(runtime: Runtime, adviser_id: UUID) -> None:
    async with runtime.database.transaction() as session:
        taking = update(Adviser).where(Adviser.id == adviser_id).values(engaged=Adviser.engaged + 1)
        await session.execute(taking)


async def _time(consumer: Consumer, need: Need) -> float:
    """Return how long it takes from the event to the commit of its proposals, in milliseconds."""
    employer, *others = need.bodies
    case = CaseSubmitted(
        case_id=need.case_id,
        number="RTP-482-715-9361",
        route="right-to-provide",
        status="eoi-submitted",
        sector=need.sector,
        region=need.region,
        employer=employer,
        **dict(zip(("commissioner", "decision_body"), others, strict=False)),
        legal_form=need.legal_form,
        support_needs=list(need.topics),
        submitted_at=datetime.now(UTC),
    )
    event_id, body = events.write(
        case,
        base_url="http://rtp.bench",
        service="applications",
        subject_id=case.case_id,
        sequence=1,
        dataref=f"/v1/cases/{case.case_id}",
    )
    message = Message(event_id, case.TYPE, case.case_id, READERS, body)
    started = time.perf_counter()
    await consumer.receive(message)
    return (time.perf_counter() - started) * 1000
