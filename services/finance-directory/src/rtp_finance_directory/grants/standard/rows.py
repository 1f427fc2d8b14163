"""A grant that passed the checks, as the table holds it."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from rtp_finance_directory.areas import read_regions
from rtp_finance_directory.grants.standard.problems import GrantRule
from rtp_finance_directory.loading.problems import ItemFault
from rtp_finance_directory.loading.texts import parse_day, parse_time

MOST = 10**12
"""The largest amount that is kept, in the currency's units."""
LONGEST = 300
"""Characters of an identifier: what an index takes is not much more."""
SOMEBODY = "Individual recipient"
"""Stands where the name of a person would: the standard asks for a name, and asks that it be nobody's."""


class GrantRow(NamedTuple):
    """The columns of a grant, in the order in which they are copied."""

    id: uuid.UUID
    grant_id: str
    title: str
    description: str
    currency: str
    amount_pence: int
    awarded_on: date
    funder_id: str
    funder_name: str
    recipient_id: str | None
    recipient_name: str | None
    recipient_scheme: str | None
    programme: str | None
    regions: list[str]
    modified_at: datetime | None
    document: str


def make_grant_id(identifier: str) -> uuid.UUID:
    """Return our id of the grant with this identifier: the same wherever it is loaded."""
    return uuid.UUID(bytes=sha256(identifier.encode()).digest()[:16], version=5)


def hide_person(grant: dict[str, Any]) -> bool:
    """Take the name of an individual recipient out; return whether one stood there."""
    person = grant.get("recipientIndividual")
    if not person or person["name"] == SOMEBODY:
        return False
    person["name"] = SOMEBODY
    return True


def make_row(grant: Mapping[str, Any], document: str, fallback: datetime | None) -> GrantRow | ItemFault:
    """Make the row. `fallback` is when the file was modified, for grants that do not say when they were."""
    amount, day = grant["amountAwarded"], parse_day(grant["awardDate"])
    if not -MOST < amount < MOST:
        return ItemFault(("amountAwarded",), GrantRule.OUT_OF_RANGE, amount)
    if wrong := _find_wrong_identifier(grant):
        return wrong
    assert day is not None  # noqa: S101 - the check of the schema has said so
    funder = grant["fundingOrganization"][0]
    recipient = (grant.get("recipientOrganization") or [None])[0]
    programme = grant.get("grantProgramme")
    modified = grant.get("dateModified")
    return GrantRow(
        id=make_grant_id(grant["id"]),
        grant_id=grant["id"],
        title=grant["title"],
        description=grant["description"],
        currency=grant["currency"],
        amount_pence=round(amount * 100),
        awarded_on=day,
        funder_id=funder["id"],
        funder_name=funder["name"],
        recipient_id=recipient and recipient["id"],
        recipient_name=recipient and recipient["name"],
        recipient_scheme=recipient and find_scheme(recipient["id"]),
        programme=programme[0].get("title") if programme else None,
        regions=find_regions(grant),
        modified_at=parse_time(modified) if modified else fallback,
        document=document,
    )


def _find_wrong_identifier(grant: Mapping[str, Any]) -> ItemFault | None:
    wanted = f"An identifier has at most {LONGEST} characters"
    if not grant["id"].strip():
        return ItemFault(("id",), GrantRule.MISSING)
    if len(grant["id"]) > LONGEST:
        return ItemFault(("id",), GrantRule.NOT_AS_WRITTEN, grant["id"], wanted)
    for name in ("fundingOrganization", "recipientOrganization"):
        for organisation in grant.get(name, ())[:1]:
            if len(organisation["id"]) > LONGEST:
                return ItemFault((name, 0, "id"), GrantRule.NOT_AS_WRITTEN, organisation["id"], wanted)
    return None


def find_scheme(identifier: str) -> str:
    """Return the list of organisations that an identifier is of: GB-CHC for charities, GB-COH for companies."""
    parts = identifier.split("-", 2)
    return "-".join(parts[:2])[:20] if len(parts) == 3 else "other"


def find_regions(grant: Mapping[str, Any]) -> list[str]:
    """Return the regions in which it was given, by the codes of its places, or by the names of regions as they are.

    Where it says nothing of those who benefit, the places of who received it count.
    """
    places = grant.get("beneficiaryLocation") or [
        place for each in grant.get("recipientOrganization", ()) for place in each.get("location", ())
    ]
    areas = read_regions()
    found = (areas.get(place.get("geoCode", "")) or areas.get(place.get("name", "").lower()) for place in places)
    return sorted({region for region in found if region})
