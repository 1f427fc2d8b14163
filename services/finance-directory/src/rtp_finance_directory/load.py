"""Reference data: finance products that mutuals have used or may use, from `reference/products.json`.

The file says what each field means and how much is known; `reference/SOURCES.md` says where it comes from. A product's
id is derived from its slug, so every instance of the platform knows a product by the same id. A product is never taken
out of the file: one that is over becomes closed or historic, because shortlists and people still name it.
"""

import json
import uuid
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.history import record_versions
from rtp_finance_directory.directory.models import SAID, Product
from rtp_finance_directory.vocabulary import ProductChange, PublicationState
from rtp_shared.clock import utcnow

NAMESPACE = uuid.UUID("0b6b3f0e-6f0a-5d0c-9a55-3c1de0f5a7d2")
NOT_OF_THE_FILE = ("id", "version", "owner", "publication", "suspended_by_operator", "publish_on", "unpublish_on")
"""Columns that the file does not say: the operator's moderation stands when it is loaded again."""
DATES = ("opened_on", "closed_on", "verified_on")


def make_product_id(slug: str) -> uuid.UUID:
    """Return the id of the product with this slug, for example charity-bank-loan."""
    return uuid.uuid5(NAMESPACE, slug)


def read_products() -> list[dict[str, Any]]:
    """Read the products of the file, one row each; what a row leaves out is not known."""
    content = json.loads((files("rtp_finance_directory") / "reference" / "products.json").read_text("utf-8"))
    unset: dict[str, Any] = {column.name: None for column in SAID}
    unset |= {"rule_sources": {}, "requirements": [], "windows": []}
    unset |= {"publication": PublicationState.PUBLISHED, "suspended_by_operator": False}
    rows = [{**unset, **row, "id": make_product_id(row["slug"]), "version": 1} for row in content["products"]]
    return [{**row, **{name: row[name] and date.fromisoformat(row[name]) for name in DATES}} for row in rows]


async def load_reference_data(session: AsyncSession) -> str:
    """Bring the products up to date; a product's version grows only where the file says something else."""
    rows = read_products()
    statement = insert(Product).values(rows)
    said = [name for name in rows[0] if name not in NOT_OF_THE_FILE]
    before = tuple_(*(Product.__table__.c[name] for name in said))
    changed = statement.on_conflict_do_update(
        index_elements=[Product.id],
        set_={name: statement.excluded[name] for name in said} | {"version": Product.version + 1},
        where=before.is_distinct_from(tuple_(*(statement.excluded[name] for name in said))),
    )
    loaded = (await session.execute(changed.returning(Product.id, Product.version))).all()
    changes = {row.id: ProductChange.PUBLISHED if row.version == 1 else ProductChange.CHANGED for row in loaded}
    await record_versions(session, changes, at=utcnow())
    return f"{len(rows)} finance products"
