"""How a service that is taken in of a feed is kept and served again: pure."""

from typing import Any

from rtp_advice_matching.open_referral.feed import FeedAttribute, FeedService
from rtp_advice_matching.open_referral.taxonomies import TERMS_BY_ID, Record

_LEFT_BEHIND = {"organization", "email", "attributes"}
IN_FULL = (
    "schedules",
    "service_areas",
    "service_at_locations",
    "languages",
    "funding",
    "cost_options",
    "attributes",
)
"""What of a service stands in its own answer, and in no list."""


def build_columns(record: FeedService) -> dict[str, Any]:
    """Return what is kept of a service, by the column."""
    said = record.model_dump(mode="json", exclude=_LEFT_BEHIND)
    attributes = [_write_attribute(record, each) for each in record.attributes if each.taxonomy_term is not None]
    terms = {each["taxonomy_term_id"] for each in attributes}
    named = {each["taxonomy_term"].get("taxonomy_id") for each in attributes}
    known = {str(TERMS_BY_ID[each]["taxonomy_id"]) for each in terms if each in TERMS_BY_ID}
    return {
        "organization_id": record.organization.id,
        "name": record.name,
        "record": drop_empty({**said, "attributes": attributes}),
        "terms": sorted(terms),
        "taxonomies": sorted(known | (named - {None})),
    }


def _write_attribute(record: FeedService, attribute: FeedAttribute) -> Record:
    term = attribute.model_dump(mode="json")["taxonomy_term"]
    return {
        "id": str(attribute.id),
        "link_id": str(record.id),
        "taxonomy_term_id": term["id"],
        "taxonomy_term": {**term, "description": term["description"] or term["name"]},
    }


def drop_empty(record: Record) -> Record:
    """Leave out what says nothing, at every depth: the standard has neither null nor empty text."""
    kept = {name: _drop_within(value) for name, value in record.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", [])}


def _drop_within(value: Any) -> Any:
    if isinstance(value, list):
        return [_drop_within(each) for each in value]
    return drop_empty(value) if isinstance(value, dict) else value
