"""Short names by which people call bodies, as reference data with the days on which they are used."""

import csv
from datetime import date
from importlib.resources import files

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import BodyAlias, BodyIdentifier


async def load_aliases(session: AsyncSession) -> str:
    """Bring the short names up to date; one that is no more gets its last day in the file."""
    text = (files("rtp_applications") / "reference" / "body-aliases.csv").read_text("utf-8")
    read = list(csv.DictReader(text.splitlines()))
    references = BodyIdentifier.reference.in_({row["body"] for row in read})
    found = await session.execute(select(BodyIdentifier.reference, BodyIdentifier.body_id).where(references))
    bodies = {row.reference: row.body_id for row in found}
    rows = [
        {
            "body_id": bodies[row["body"]],
            "alias": row["alias"],
            "valid_from": date.fromisoformat(row["from"]) if row["from"] else None,
            "valid_to": date.fromisoformat(row["until"]) if row["until"] else None,
        }
        for row in read
    ]
    statement, there = insert(BodyAlias), BodyAlias.__table__.c
    new = {name: statement.excluded[name] for name in ("valid_from", "valid_to")}
    changed = or_(*(there[name].is_distinct_from(value) for name, value in new.items()))
    await session.execute(
        statement.on_conflict_do_update(index_elements=["body_id", "alias"], set_=new, where=changed), rows
    )
    return f"{len(rows)} short names of bodies"
