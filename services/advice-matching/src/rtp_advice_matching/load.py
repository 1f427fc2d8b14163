"""Example advisers and mentors, made up for trying the platform out: no real person, network or engagement.

Ids are derived from slugs, so every instance of the platform knows an example by the same id.
"""

import json
import uuid
from importlib.resources import files
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "org.righttoprovide.advice-matching")

DEFAULTS: dict[str, Any] = {"is_example": True, "active": True, "remote": False, "engaged": 0}
NONE_NAMED = ("sectors", "regions", "topics", "stages", "legal_forms", "conflicts")


def make_network_id(slug: str) -> uuid.UUID:
    """Return the organisation id of an example network, for example of `example-adviser-network`."""
    return uuid.uuid5(NAMESPACE, f"network/{slug}")


def make_adviser_id(slug: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"adviser/{slug}")


async def load_examples(session: AsyncSession) -> str:
    """Bring the examples up to date; places that are taken stay taken."""
    content = json.loads((files("rtp_advice_matching") / "reference" / "example-advisers.json").read_text("utf-8"))
    networks: dict[str, str] = content["networks"]
    rows = [_make_row(each, networks) for each in content["advisers"]]
    statement = insert(Adviser)
    kept = {"id", "engaged"}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), rows)
    return f"{len(rows)} example advisers and mentors of {len(networks)} networks"


def _make_row(example: dict[str, Any], networks: dict[str, str]) -> dict[str, Any]:
    facts = {name: value for name, value in example.items() if name not in ("slug", "network")}
    return {
        "id": make_adviser_id(example["slug"]),
        "network_id": make_network_id(example["network"]),
        "network_name": networks[example["network"]],
        **DEFAULTS,
        **{name: [] for name in NONE_NAMED},
        **facts,
        "conflicts": [uuid.UUID(body) for body in example.get("conflicts", {})],
    }
