"""Reference data: councils, NHS trusts, integrated care boards, regions and bank holidays.

Sources and licences are named in `reference/SOURCES.md`.
"""

import csv
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.codes import DatedCode, list_codes
from rtp_applications.bodies.models import Body, BodyIdentifier, BodyKind, Region, body_id
from rtp_applications.json_types import JsonObject

COUNCIL_KINDS = {
    "Non-metropolitan district": BodyKind.DISTRICT,
    "Unitary authority": BodyKind.UNITARY,
    "Metropolitan district": BodyKind.METROPOLITAN_BOROUGH,
    "London borough": BodyKind.LONDON_BOROUGH,
    "County": BodyKind.COUNTY,
    "Combined authority": BodyKind.COMBINED_AUTHORITY,
    "City corporation": BodyKind.CITY_OF_LONDON,
    "Strategic Regional Authority": BodyKind.GREATER_LONDON_AUTHORITY,
    "Welsh unitary authority": BodyKind.WELSH_UNITARY,
    "Scottish unitary authority": BodyKind.SCOTTISH_UNITARY,
    "NI district": BodyKind.NORTHERN_IRELAND_DISTRICT,
}

# NHS England's seven regions are another cut than the nine of ONS. Two of them span two ONS regions; there the postcode
# area of the trust's headquarters decides.
NHS_REGIONS = {"Y56": "E12000007", "Y58": "E12000009", "Y59": "E12000008", "Y61": "E12000006", "Y62": "E12000002"}
POSTCODE_AREAS = {
    "CA": "E12000002",
    **dict.fromkeys(("DH", "DL", "NE", "SR", "TS"), "E12000001"),
    **dict.fromkeys(("BD", "DN", "HD", "HG", "HU", "HX", "LS", "S", "WF", "YO"), "E12000003"),
    **dict.fromkeys(("DE", "LE", "LN", "NG", "NN"), "E12000004"),
    **dict.fromkeys(("B", "CV", "DY", "HR", "ST", "SY", "TF", "WR", "WS", "WV"), "E12000005"),
}


async def load_bodies(session: AsyncSession) -> str:
    """Bring bodies and regions up to date; a body recorded by hand is left as it is."""
    regions = list(_read_regions())
    councils = _read("councils-uk.json")
    trusts = _read("nhs-trusts-england.json")
    boards = _read("integrated_care_boards.json")
    names = {row["name"]: row["code"] for row in regions}
    bodies = [*_read_councils(councils, names), *_read_trusts(trusts), *_read_boards(boards, trusts)]
    changing = _leave_out(bodies, await _find_known_by_hand(session))
    await _upsert(session, Region, regions)
    await _upsert(session, Body, [{k: v for k, v in body.items() if k != "identifiers"} for body in changing])
    await _upsert(session, BodyIdentifier, [i for body in changing for i in body["identifiers"]])
    kinds = Counter(body["kind"] for body in bodies if not body["ended_on"])
    trusts_now, boards_now = kinds.pop(BodyKind.NHS_TRUST), kinds.pop(BodyKind.INTEGRATED_CARE_BOARD)
    return f"{kinds.total()} councils, {trusts_now} NHS trusts, {boards_now} integrated care boards"


async def _find_known_by_hand(session: AsyncSession) -> dict[str, uuid.UUID]:
    """Return the bodies that were made or ended by hand, by every identifier."""
    identifiers = select(BodyIdentifier.reference, BodyIdentifier.body_id).join(Body, Body.id == BodyIdentifier.body_id)
    return {row.reference: row.body_id for row in await session.execute(identifiers.where(Body.recorded_by_hand))}


def _leave_out(bodies: list[JsonObject], by_hand: dict[str, uuid.UUID]) -> list[JsonObject]:
    """Return the bodies but for those known by hand, whom others name as successors by the id that they have."""
    same = {
        body["id"]: id_ for body in bodies for i in body["identifiers"] if (id_ := by_hand.get(_format_reference(i)))
    }
    return [
        {
            **body,
            "successor_id": same.get(body["successor_id"], body["successor_id"]),
            "shared_among": [same.get(id_, id_) for id_ in body["shared_among"]],
        }
        for body in bodies
        if body["id"] not in same
    ]


def _format_reference(identifier: JsonObject) -> str:
    return f"{identifier['scheme']}-{identifier['value']}"


def _read(name: str) -> Any:
    return json.loads((files("rtp_applications") / "reference" / name).read_text("utf-8"))


def _read_regions() -> Iterator[dict[str, str]]:
    text = (files("rtp_applications") / "reference" / "regions.csv").read_text("utf-8-sig")
    for row in csv.DictReader(text.splitlines()):
        yield {"code": row["RGNCD"], "name": row["RGNNM"]}


def read_bank_holidays() -> Iterator[JsonObject]:
    for division, content in _read("bank-holidays.json").items():
        for event in content["events"]:
            yield {"division": division, "day": date.fromisoformat(event["date"]), "title": event["title"]}


def _read_councils(rows: Iterable[JsonObject], regions: dict[str, str]) -> Iterator[JsonObject]:
    rows = list(rows)
    successors = {row["local_authority_code"] or row["gss_code"]: _name_council(row) for row in rows if row["current"]}
    seen: set[str] = set()
    # Current ones first: where an old and a new council share a register code, the code stays with the new one.
    for row in sorted(rows, key=lambda r: not r["current"]):
        references = [f"GSS-{row['gss_code']}"] if row["gss_code"] else []
        if row["org_id"] and row["org_id"] not in seen:
            references.insert(0, row["org_id"])
        if not references:  # Northern Ireland's former districts: nothing tells them apart
            continue
        seen.add(references[0])
        successor = successors.get(row["replaced_by"] or "")
        ended = date.fromisoformat(row["end_date"]) if row["end_date"] else None
        if not row["current"] and ended is None:
            continue
        yield _build_body(
            references[0],
            references,
            name=row["name"],
            kind=COUNCIL_KINDS[row["type"]],
            nation=row["nation"],
            region=regions.get(row["region"]),
            opened_on=date.fromisoformat(row["start_date"]) if "start_date" in row else None,
            ended_on=ended,
            successor_id=body_id(successor) if successor and ended else None,
        )


def _name_council(row: JsonObject) -> str:
    """Return the reference that the council's id is made of: its code in the register, or else its first of ONS."""
    return row["org_id"] or f"GSS-{row['gss_code']}"


def _read_trusts(rows: Iterable[JsonObject]) -> Iterator[JsonObject]:
    for row in rows:
        yield _build_body(
            row["org_id"],
            [row["org_id"]],
            name=row["name"],
            kind=BodyKind.NHS_TRUST,
            nation="Wales" if (row["nhs_region_code"] or "").startswith("W") else "England",
            region=_find_trust_region(row),
            opened_on=_parse_date(row["open_date"]),
            ended_on=_find_day_after(_parse_date(row["close_date"])),
        )


def _read_boards(rows: Iterable[JsonObject], trusts: Iterable[JsonObject]) -> Iterator[JsonObject]:
    regions: dict[str, Counter[str | None]] = {}
    for trust in trusts:
        regions.setdefault(trust["icb_ods_code"], Counter())[_find_trust_region(trust)] += 1
    rows = list(rows)
    for row in rows:  # a board that was made of others lies where their trusts are
        for code in row.get("successors", ()):
            regions.setdefault(code, Counter()).update(regions.get(row["ods_code"], {}))
    for row in rows:
        first = f"GB-NHS-{row['ods_code']}"
        found = regions.get(row["ods_code"])
        following = [body_id(f"GB-NHS-{code}") for code in row.get("successors", ())]
        yield _build_body(
            first,
            [first, f"GSS-{row['gss_code']}"],
            name=_format_title(row["name"]),
            kind=BodyKind.INTEGRATED_CARE_BOARD,
            nation="England",
            region=found.most_common(1)[0][0] if found else None,
            opened_on=date.fromisoformat(row["opened_on"]) if "opened_on" in row else None,
            ended_on=date.fromisoformat(row["ended_on"]) if "ended_on" in row else None,
            successor_id=following[0] if len(following) == 1 else None,
            shared_among=following if len(following) > 1 else [],
        )


def _build_body(first: str, references: Iterable[str], **facts: Any) -> JsonObject:
    id_ = body_id(first)
    opened, ended = facts.get("opened_on"), facts.get("ended_on")
    identifiers = [
        {"body_id": id_, "scheme": scheme, "value": code, "valid_from": since or opened, "valid_to": until or ended}
        for scheme, _, value in (reference.rpartition("-") for reference in dict.fromkeys(references))
        for code, since, until in (list_codes(value) if scheme == "GSS" else [DatedCode(value, None, None)])
    ]
    unset: JsonObject = {"region": None, "opened_on": None, "ended_on": None, "successor_id": None, "shared_among": []}
    return {"id": id_, **unset, **facts, "identifiers": identifiers}


def _find_trust_region(row: JsonObject) -> str | None:
    area = "".join(c for c in (row["postcode"] or "")[:2] if c.isalpha())
    return NHS_REGIONS.get(row["nhs_region_code"] or "") or POSTCODE_AREAS.get(area)


def _parse_date(text: str | None) -> date | None:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None


def _find_day_after(last: date | None) -> date | None:
    # The NHS names the last day on which a trust is open; a body ends on the first day on which it is not.
    return last + timedelta(days=1) if last else None


def _format_title(name: str) -> str:
    small = {"And": "and", "Of": "of", "The": "the", "Nhs": "NHS"}
    return " ".join(small.get(word, word) for word in name.title().replace("'S", "'s").split())


async def _upsert(session: AsyncSession, model: Any, rows: list[JsonObject]) -> None:
    table = model.__table__
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    differs = or_(*(table.c[name].is_distinct_from(value) for name, value in rest.items()))
    counted = {"version": table.c.version + 1} if "version" in table.c else {}
    update = statement.on_conflict_do_update(index_elements=keys, set_={**rest, **counted}, where=differs)
    # Bodies may name a successor that comes later in the list: the foreign key is checked at commit.
    await session.execute(update, rows)
