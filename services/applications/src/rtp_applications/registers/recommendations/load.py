"""The recommendations of 2012 and duties in law, as reference data: an entry that was reported on is left alone."""

import json
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import REFERENCE
from rtp_applications.json_types import JsonObject
from rtp_applications.registers.recommendations.models import (
    Kind,
    Provenance,
    Recommendation,
    RecommendationUpdate,
    State,
)

NAMESPACE = uuid.UUID("1b9a4d57-0c61-5f0b-8c1e-7a4a5cf2b3d8")
_SAID = ("text", "addressed_to", "due_on", "state", "done_on", "source", "provenance")


async def load_recommendations(session: AsyncSession, now: datetime) -> str:
    """Bring the entries up to date; numbers and ids never change."""
    entries = json.loads((files("rtp_applications") / "reference" / "recommendations.json").read_text("utf-8"))
    by_hand = select(RecommendationUpdate.recommendation_id).where(RecommendationUpdate.by != REFERENCE).distinct()
    left_alone = set(await session.scalars(by_hand))
    await _upsert(session, [row for row in (_build_row(each, now) for each in entries) if row["id"] not in left_alone])
    await session.execute(
        insert(RecommendationUpdate).on_conflict_do_nothing(index_elements=["id"]),
        [row for entry in entries for row in _list_updates(entry, now)],
    )
    return f"{len(entries)} recommendations and obligations"


async def _upsert(session: AsyncSession, rows: list[JsonObject]) -> None:
    statement, there = insert(Recommendation), Recommendation.__table__.c
    new = {name: statement.excluded[name] for name in _SAID}
    changed = {**new, "changed_at": statement.excluded.changed_at, "version": there.version + 1}
    differs = or_(*(there[name].is_distinct_from(value) for name, value in new.items()))
    if rows:
        await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=differs), rows)


def _make_id(*parts: object) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, " ".join(map(str, parts)))


def _build_row(entry: JsonObject, now: datetime) -> JsonObject:
    return {
        "id": _make_id(entry["kind"], entry["number"]),
        "kind": Kind(entry["kind"]),
        "number": entry["number"],
        "text": entry["text"],
        "addressed_to": entry["addressedTo"],
        "addressed_bodies": [],
        "due_on": _parse_date(entry["dueOn"]),
        "state": State(entry["state"]),
        "done_on": _parse_date(entry["doneOn"]),
        "source": entry["source"],
        "provenance": Provenance(entry["provenance"]),
        "recorded_at": now,
        "changed_at": now,
        "version": 1,
    }


def _list_updates(entry: JsonObject, now: datetime) -> Iterator[JsonObject]:
    for note in entry["notes"]:
        yield {
            "id": _make_id(entry["kind"], entry["number"], note),
            "recommendation_id": _make_id(entry["kind"], entry["number"]),
            "at": now,
            "by": REFERENCE,
            "organisation": None,
            "state": State(entry["state"]),
            "note": note,
            "evidence": None,
        }


def _parse_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
