"""Reference data: finance products that mutuals have used or may use, from `reference/products.json`, and who stands
behind them, from `reference/funders.json`.

The files say what each field means and how much is known; `reference/SOURCES.md` says where they come from. A row's id
is derived from its slug, so every instance of the platform knows it by the same id. A row is never taken out of a file:
what is over becomes closed or historic, because shortlists and people still name it.
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
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.funders.history import OWN, record_entries
from rtp_finance_directory.funders.models import Funder, FundingProgramme
from rtp_finance_directory.vocabulary import ProductChange, PublicationState
from rtp_shared.clock import utcnow

Noun = type[Product] | type[Funder] | type[FundingProgramme]
NAMESPACE = uuid.UUID("0b6b3f0e-6f0a-5d0c-9a55-3c1de0f5a7d2")
NOT_OF_THE_FILE = frozenset(
    {
        "id",
        "version",
        "owner",
        "publication",
        "suspended_by_operator",
        "suspended_for",
        "publish_on",
        "unpublish_on",
        *OWN,
    }
)
"""Columns that the files do not say: the operator's moderation stands when they are loaded again."""
DATES = ("opened_on", "closed_on", "opens_on", "closes_on", "verified_on")


def make_product_id(slug: str) -> uuid.UUID:
    """Return the id of the product with this slug, for example charity-bank-loan."""
    return uuid.uuid5(NAMESPACE, slug)


def make_funder_id(slug: str) -> uuid.UUID:
    """Return the id of the funder with this slug, for example charity-bank."""
    return uuid.uuid5(NAMESPACE, f"funders/{slug}")


def make_programme_id(slug: str) -> uuid.UUID:
    """Return the id of the programme with this slug, for example reach-fund."""
    return uuid.uuid5(NAMESPACE, f"programmes/{slug}")


def read_products() -> list[dict[str, Any]]:
    """Read the products of the file, one row each; what a row leaves out is not known."""
    unset: dict[str, Any] = {"rule_sources": {}, "requirements": [], "windows": [], "excludes": []}
    return [
        _complete(Product, make_product_id(row["slug"]), {**unset, **_name_funder(row)})
        for row in _read_file("products.json")["products"]
    ]


def read_funders() -> list[dict[str, Any]]:
    """Read the funders of the file, one row each."""
    rows = _read_file("funders.json")["funders"]
    return [_complete(Funder, make_funder_id(row["slug"]), {"identifiers": [], **row}) for row in rows]


def read_programmes() -> list[dict[str, Any]]:
    """Read the programmes of the file, one row each."""
    rows = _read_file("funders.json")["programmes"]
    return [_complete(FundingProgramme, make_programme_id(row["slug"]), _name_funder(row)) for row in rows]


async def load_reference_data(session: AsyncSession) -> str:
    """Bring the rows up to date; a row's version grows only where the file says something else."""
    now = utcnow()
    funders, programmes, products = read_funders(), read_programmes(), read_products()
    await record_entries(session, Funder, await _upsert(session, Funder, funders), at=now)
    await record_entries(session, FundingProgramme, await _upsert(session, FundingProgramme, programmes), at=now)
    await record_versions(session, await _upsert(session, Product, products), at=now)
    return f"{len(products)} finance products of {len(funders)} funders"


async def _upsert(session: AsyncSession, noun: Noun, rows: list[dict[str, Any]]) -> dict[uuid.UUID, ProductChange]:
    """Write what differs; return what that did to each row."""
    statement = insert(noun).values(rows)
    said = [name for name in rows[0] if name not in NOT_OF_THE_FILE]
    before = tuple_(*(noun.__table__.c[name] for name in said))
    changed = statement.on_conflict_do_update(
        index_elements=[noun.id],
        set_={name: statement.excluded[name] for name in said} | {"version": noun.version + 1},
        # What was handed over is its keeper's, whatever the file says.
        where=before.is_distinct_from(tuple_(*(statement.excluded[name] for name in said))) & noun.owner.is_(None),
    )
    loaded = (await session.execute(changed.returning(noun.id, noun.version))).all()
    return {row.id: ProductChange.PUBLISHED if row.version == 1 else ProductChange.CHANGED for row in loaded}


def _read_file(name: str) -> Any:
    return json.loads((files("rtp_finance_directory") / "reference" / name).read_text("utf-8"))


def _name_funder(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with the ids of the funder and programme that it names."""
    said = {name: value for name, value in row.items() if name not in ("funder", "programme")}
    programme = row.get("programme")
    named = {"funder_id": make_funder_id(row["funder"])}
    return said | named | ({"programme_id": make_programme_id(programme)} if programme else {})


def _complete(noun: Noun, row_id: uuid.UUID, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with every column: published, and None for what it leaves out."""
    unset: dict[str, Any] = {column.name: None for column in noun.__table__.c if column.computed is None}
    unset |= {"publication": PublicationState.PUBLISHED, "suspended_by_operator": False}
    unset |= {"sequence": 0} if "sequence" in unset else {}
    whole = {**unset, **row, "id": row_id, "version": 1}
    return whole | {name: date.fromisoformat(whole[name]) for name in DATES if whole.get(name)}
