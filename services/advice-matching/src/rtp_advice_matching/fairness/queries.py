"""Queries of fairness: a round's figures, with its repairs and overrides."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.fairness.rules import count_envy, count_first_choices, measure_spread, measure_waits
from rtp_advice_matching.repairs.models import Override, OverrideStatus
from rtp_advice_matching.repairs.queries import find_committed
from rtp_advice_matching.rounds.queries import get_certificate
from rtp_advice_matching.rounds.rules.market import NOBODY
from rtp_advice_matching.rounds.rules.repair_document import read_advisers
from rtp_advice_matching.rounds.rules.snapshot import Json
from rtp_shared.db import visible_to


async def measure_round(session: AsyncSession, round_id: UUID, *, readers: Sequence[str]) -> Json:
    """Return how fair a round is, as its last committed repair and the pairs against its advice have left it."""
    certificate = await get_certificate(session, round_id, readers=readers)
    repaired = await find_committed(session, round_id, readers=readers)
    overridden = await _list_overridden(session, round_id, readers=readers)
    return await asyncio.to_thread(_measure, certificate, repaired, overridden)


def _measure(certificate: str, repaired: str | None, overridden: dict[str, str]) -> Json:
    return measure(json.loads(certificate), json.loads(repaired) if repaired else None, overridden)


async def _list_overridden(session: AsyncSession, round_id: UUID, *, readers: Sequence[str]) -> dict[str, str]:
    query = select(Override.request_id, Override.adviser_id).where(
        Override.round_id == round_id,
        Override.status == OverrideStatus.CONFIRMED,
        visible_to(Override.readers, readers),
    )
    rows = await session.execute(query.order_by(Override.ended_at, Override.id))
    return {str(row.request_id): str(row.adviser_id) for row in rows}


def measure(certificate: Json, repaired: Json | None, overridden: dict[str, str]) -> Json:
    given = certificate["input"]
    numbers = {each["id"]: place for place, each in enumerate(given["advisers"])}
    against = {
        place: numbers[overridden[each["id"]]]
        for place, each in enumerate(given["requests"])
        if overridden.get(each.get("id")) in numbers
    }
    current = repaired["after"] if repaired else read_advisers(certificate)
    advisers = [None if adviser == NOBODY else adviser for adviser in current]
    for request, adviser in against.items():
        advisers[request] = adviser
    gone = set(repaired["changes"]["gone"]) - against.keys() if repaired else set()
    places = dict(repaired["changes"]["places"]) if repaired else {}
    for request, adviser in against.items():
        if repaired and request in repaired["changes"]["gone"] and adviser in places:
            places[adviser] += 1  # the repair had it taken
    lists = [[] if place in gone else listed for place, listed in enumerate(certificate["lists"])]
    taken = [each["engaged"] for each in given["advisers"]]
    for has in advisers:
        if has is not None:
            taken[has] += 1
    return {
        "requests": len(advisers) - len(gone),
        "placed": sum(adviser is not None for adviser in advisers),
        "first_choices": count_first_choices(certificate, advisers),
        "justified_envy": count_envy({**certificate, "lists": lists}, advisers, places),
        "load": asdict(measure_spread(taken, [each["capacity"] for each in given["advisers"]])),
        "waits": [asdict(each) for each in measure_waits(given["requests"], advisers)],
    }
