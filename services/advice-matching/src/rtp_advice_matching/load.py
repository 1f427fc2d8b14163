"""Reference data and examples. Reference data: guides, toolkits and templates that others publish (`resources.json`,
whose sources SOURCES.md names). Examples: advisers and mentors who are made up: no real person, network or engagement.

Ids are derived from slugs, so every instance of the platform knows each by the same id.
"""

import json
import uuid
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.resources.models import Resource

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "org.righttoprovide.advice-matching")

DEFAULTS: dict[str, Any] = {
    "is_example": True,
    "active": True,
    "remote": False,
    "engaged": 0,
    "about": None,
    "headcount_from": None,
    "headcount_to": None,
    "languages": ["en"],
    "hours_per_month": None,
    "calendar": [],
    "charge_basis": "free",
    "day_rate": None,
}
NONE_NAMED = ("sectors", "regions", "topics", "stages", "legal_forms", "access_needs", "conflicts")


def make_network_id(slug: str) -> uuid.UUID:
    """Return the organisation id of an example network, for example of `example-adviser-network`."""
    return uuid.uuid5(NAMESPACE, f"network/{slug}")


def make_adviser_id(slug: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"adviser/{slug}")


def make_resource_id(slug: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"resource/{slug}")


async def load_reference_data(session: AsyncSession) -> str:
    """Bring the guides, toolkits and templates up to date."""
    content = _read("resources.json")
    unset: dict[str, Any] = {"url": None, "published": None, "licence": None}
    lists: dict[str, Any] = {name: [] for name in ("stages", "topics", "routes", "sectors")}
    checked = {"checked_on": date.fromisoformat(content["checked_on"])}
    rows = [
        {"id": make_resource_id(each["slug"]), **unset, **lists, **checked, **each} for each in content["resources"]
    ]
    await _save(session, Resource, rows)
    return f"{len(rows)} guides, toolkits and templates"


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((files("rtp_advice_matching") / "reference" / name).read_text("utf-8"))
    return content


async def load_examples(session: AsyncSession) -> str:
    """Bring the examples up to date; places that are taken stay taken."""
    content = _read("example-advisers.json")
    networks: dict[str, dict[str, str]] = content["networks"]
    verified = {"verified_on": date.fromisoformat(content["verified_on"]), "is_example": True}
    await _save(
        session, AdviserNetwork, [{"id": make_network_id(slug), **verified, **each} for slug, each in networks.items()]
    )
    rows = [_make_row(each, networks) | verified for each in content["advisers"]]
    await _save(session, Adviser, rows)
    return f"{len(rows)} example advisers and mentors of {len(networks)} networks"


async def _save(session: AsyncSession, table: type[Model], rows: list[dict[str, Any]]) -> None:
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in ("id", "engaged")}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), rows)


def _make_row(example: dict[str, Any], networks: dict[str, dict[str, str]]) -> dict[str, Any]:
    facts = {name: value for name, value in example.items() if name not in ("slug", "network")}
    return {
        "id": make_adviser_id(example["slug"]),
        "network_id": make_network_id(example["network"]),
        "network_name": networks[example["network"]]["name"],
        **DEFAULTS,
        **{name: [] for name in NONE_NAMED},
        **facts,
        "conflicts": [uuid.UUID(body) for body in example.get("conflicts", {})],
    }
