"""Rules that bodies have published, as reference data: only where a body set none of that kind by hand."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import REFERENCE, BodyIdentifier, BodyRule
from rtp_applications.bodies.rules import Rule, read_value, require_settable_for
from rtp_applications.json_types import JsonObject
from rtp_shared.contracts.vocabulary import Sector


async def load_rules(session: AsyncSession, now: datetime) -> str:
    """Bring the published rules up to date. A row's first day is never corrected: it tells which period is meant."""
    by_hand = select(BodyRule.body_id, BodyRule.rule, BodyRule.sector).where(BodyRule.set_by != REFERENCE).distinct()
    left_alone = {(row.body_id, row.rule, row.sector) for row in await session.execute(by_hand)}
    published = json.loads((files("rtp_applications") / "reference" / "body-rules.json").read_text("utf-8"))
    references = BodyIdentifier.reference.in_({row["body"] for row in published})
    identifiers = await session.execute(select(BodyIdentifier.reference, BodyIdentifier.body_id).where(references))
    rows = list(_build_rows(published, {row.reference: row.body_id for row in identifiers}, now))
    changing = [row for row in rows if (row["body_id"], row["rule"], row["sector"]) not in left_alone]
    if changing:
        await _upsert(session, changing)
    return f"{len(rows)} published rules of bodies"


def _build_rows(published: list[JsonObject], bodies: dict[str, UUID], now: datetime) -> Iterator[JsonObject]:
    for row in published:
        rule = Rule(row["rule"])
        require_settable_for(rule, Sector(row["sector"]) if row.get("sector") else None)
        yield {
            "body_id": bodies[row["body"]],
            "rule": rule,
            "sector": row.get("sector") or "",
            "valid_from": date.fromisoformat(row["validFrom"]),
            "valid_to": date.fromisoformat(row["validTo"]) if row["validTo"] else None,
            "value": read_value(rule, row["value"]),
            "source": row["source"],
            "published_on": date.fromisoformat(row["validFrom"]),
            "set_by": REFERENCE,
            "set_at": now,
        }


async def _upsert(session: AsyncSession, rows: list[JsonObject]) -> None:
    statement, there = insert(BodyRule), BodyRule.__table__.c
    new = {name: statement.excluded[name] for name in ("valid_to", "value", "source")}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["body_id", "rule", "sector", "valid_from"],
            set_={**new, "set_at": statement.excluded.set_at},
            where=or_(*(there[name].is_distinct_from(value) for name, value in new.items())),
        ),
        rows,
    )
