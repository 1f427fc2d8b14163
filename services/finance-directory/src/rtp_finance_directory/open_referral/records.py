"""Saying a product as a service of Open Referral UK 3.0, and its funder as the organisation behind it: pure."""

from datetime import date
from typing import Any
from uuid import UUID

from rtp_finance_directory.areas import NAMES
from rtp_finance_directory.notice import NOTICE
from rtp_finance_directory.open_referral.terms import TERMS, Record, make_id, write_attributes
from rtp_finance_directory.timing.rules import ProductTime
from rtp_finance_directory.vocabulary import ProductStatus
from rtp_shared.db import AnyRow

STATES = {ProductStatus.CLOSED: "inactive", ProductStatus.HISTORIC: "defunct"}
"""Of a product that is over. What may be open is active: the alert says that nobody is sure."""
DOUBTFUL = "Our sources do not tell whether it is open today."
WHOLESALE = "It is wholesale: it goes to other funds, never directly to a mutual."


def write_line(row: AnyRow, *, today: date) -> Record:
    """Write a product as it stands in a list of services."""
    return drop_empty(
        {
            "id": str(row.id),
            "organization_id": str(find_organisation(row)),
            "name": row.name,
            "description": f"{row.conditions or f'{row.name}, by {row.provider}.'}\n\n{NOTICE}",
            "status": find_state(row, today),
            "fees": row.rate_note,
            "assured_date": row.verified_on and row.verified_on.isoformat(),
            "alert": _find_alert(row),
            "organization": _write_organisation(row),
        }
    )


def write_service(row: AnyRow, *, today: date) -> Record:
    """Write a product in full."""
    words = {name: getattr(row, name) or [] for name in TERMS}
    return drop_empty(
        write_line(row, today=today)
        | {
            "service_areas": [_write_area(row.id, code) for code in row.areas or []],
            "funding": [{"id": str(make_id("funding", row.id)), "service_id": str(row.id), "source": row.provider}],
            "attributes": write_attributes(row.id, words),
        }
    )


def find_organisation(row: AnyRow) -> UUID:
    """Return the id of the funder if it is published, or one that follows from the provider's name."""
    funder_id: UUID | None = row.funder_id if row.funder_name is not None else None
    return funder_id or make_id("organization", row.provider.casefold())


def find_state(row: AnyRow, today: date) -> str:
    """Return the state of the service on a day, as the standard names it."""
    if (over := STATES.get(ProductStatus(row.status))) is not None:
        return over
    opens = ProductTime.of(dict(row._mapping)).find_opening(today)  # noqa: SLF001 - SQLAlchemy's public name
    if opens is None:
        return "inactive"
    return "active" if opens == today else "temporarily closed"


def _find_alert(row: AnyRow) -> str | None:
    doubtful = DOUBTFUL if row.status == ProductStatus.CHECK else None
    return " ".join(each for each in (doubtful, None if row.direct else WHOLESALE) if each) or None


def _write_organisation(row: AnyRow) -> Record:
    id_, name = find_organisation(row), row.funder_name or row.provider
    schemes = [each.rpartition("-") for each in row.funder_identifiers or []]
    return {
        "id": str(id_),
        "name": name,
        "description": row.funder_description or f"{name}, as this directory of finance for mutuals lists it.",
        "website": row.funder_website,
        "email": row.funder_email,
        "organization_identifiers": [
            {
                "id": str(make_id("identifier", id_, scheme, identifier)),
                "organization_id": str(id_),
                "identifier_scheme": scheme,
                "identifier_type": scheme,
                "identifier": identifier,
            }
            for scheme, _, identifier in schemes
        ],
    }


def _write_area(service_id: UUID, code: str) -> Record:
    name = NAMES.get(code)
    said = f"{name} ({code})" if name else code
    return {"id": str(make_id("area", service_id, code)), "service_id": str(service_id), "name": said}


def drop_empty(record: Record) -> Record:
    """Leave out what says nothing, at every depth: the standard has neither null nor empty text."""
    kept = {name: _drop_within(value) for name, value in record.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", [])}


def _drop_within(value: Any) -> Any:
    if isinstance(value, list):
        return [_drop_within(each) for each in value]
    return drop_empty(value) if isinstance(value, dict) else value
