"""What a network offers by one kind of its people, as a service of Open Referral UK 3.0: pure.

No person is named: the service is the network's, and says what its people do together.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rtp_advice_matching.directory.facets import AdviserKind, EnglishRegion
from rtp_advice_matching.open_referral.records import drop_empty
from rtp_advice_matching.open_referral.taxonomies import Record, make_id, write_attributes

_NAMES: Mapping[str, str] = {
    AdviserKind.ADVISER: "Advice for staff groups",
    AdviserKind.MENTOR: "Mentoring for staff groups",
    AdviserKind.AMBASSADOR: "Ambassadors for staff groups",
}
_ONLINE = "Online"


@dataclass(frozen=True, slots=True)
class NetworkOffer:
    """What the people of one kind in a network offer together."""

    network_id: uuid.UUID
    network_name: str
    network_description: str
    website: str | None
    kind: str
    active: bool
    remote: bool
    verified_on: date | None
    """When the profile was verified whose last verification is longest ago."""
    least_day_rate: int | None
    free: bool
    topics: Sequence[str]
    sectors: Sequence[str]
    stages: Sequence[str]
    regions: Sequence[str]
    languages: Sequence[str]

    @property
    def id(self) -> uuid.UUID:
        return make_offer_id(self.network_id, self.kind)

    @property
    def location_id(self) -> uuid.UUID | None:
        """Return the id under which it is offered online, where it is."""
        return make_id("online", self.id) if self.remote else None

    def holds(self, text: str) -> bool:
        words = f"{_NAMES[self.kind]} {self.network_name} {self.describe()}".casefold()
        return all(word in words for word in text.casefold().split())

    def describe(self) -> str:
        topics = ", ".join(sorted(topic.replace("-", " ") for topic in self.topics))
        return f"Help for staff of public services who want to run their service as a mutual: {topics}."


def make_offer_id(network_id: uuid.UUID, kind: str) -> uuid.UUID:
    return make_id("service", network_id, kind)


def write_line(offer: NetworkOffer) -> Record:
    """Write a service as it stands in a list."""
    record: Record = {
        "id": str(offer.id),
        "organization_id": str(offer.network_id),
        "name": f"{_NAMES[offer.kind]}: {offer.network_name}",
        "description": offer.describe(),
        "url": offer.website,
        "status": "active" if offer.active else "temporarily closed",
        "assured_date": offer.verified_on and offer.verified_on.isoformat(),
        "organization": drop_empty(
            {
                "id": str(offer.network_id),
                "name": offer.network_name,
                "description": offer.network_description,
                "website": offer.website,
            }
        ),
    }
    return drop_empty(record)


def write_service(offer: NetworkOffer) -> Record:
    """Write a service in full."""
    words = {"topics": offer.topics, "sectors": offer.sectors, "stages": offer.stages}
    at_location = write_at_location(offer, alone=False)
    return drop_empty(
        write_line(offer)
        | {
            "service_areas": [_write_area(offer.id, code) for code in sorted(set(offer.regions))],
            "service_at_locations": [at_location] if at_location else [],
            "languages": [
                {"id": str(make_id("language", offer.id, tag)), "service_id": str(offer.id), "code": tag}
                for tag in sorted(set(offer.languages))
            ],
            "cost_options": _write_costs(offer),
            "attributes": write_attributes(offer.id, words),
        }
    )


def write_at_location(offer: NetworkOffer, *, alone: bool = True) -> Record | None:
    """Write where a service is: online, or nowhere that we know."""
    if offer.location_id is None:
        return None
    location = {"id": str(make_id("location", offer.id)), "location_type": "virtual", "name": _ONLINE}
    record: Record = {
        "id": str(offer.location_id),
        "service_id": str(offer.id),
        "location_id": location["id"],
        "location": location,
    }
    return {**record, "service": write_line(offer)} if alone else record


def _write_area(service_id: uuid.UUID, code: str) -> Record:
    name = EnglishRegion(code).name.replace("_", " ").title()
    return {"id": str(make_id("area", service_id, code)), "service_id": str(service_id), "name": f"{name} ({code})"}


def _write_costs(offer: NetworkOffer) -> list[Record]:
    costs: list[Record] = []
    if offer.free:
        costs.append({"option": "Free of charge", "amount": 0})
    if offer.least_day_rate is not None:
        rate = {"amount": offer.least_day_rate / 100, "amount_description": "GBP a day from, without VAT"}
        costs.append({"option": "A day paid by a programme or body", **rate})
    return [
        {"id": str(make_id("cost", offer.id, cost["option"])), "service_id": str(offer.id), **cost} for cost in costs
    ]
