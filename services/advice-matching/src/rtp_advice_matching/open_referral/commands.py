"""Taking in a feed of Open Referral UK: good records are kept, and of broken ones each field is named."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import AdviserKind, ProfileStatus
from rtp_advice_matching.directory.models import AdviserNetwork
from rtp_advice_matching.open_referral.models import ImportedService
from rtp_advice_matching.open_referral.offers import make_offer_id
from rtp_advice_matching.open_referral.schemas import FeedOrganization, FeedService, ImportOutcome, RecordReport
from rtp_advice_matching.open_referral.taxonomies import TERMS_BY_ID
from rtp_shared.problems import FieldError
from rtp_shared.validation import describe_failure

_LEFT_BEHIND = {"id", "organization", "email", "attributes"}
Records = Sequence[Mapping[str, Any]]


async def import_services(
    session: AsyncSession, records: Records, *, source: str, now: datetime, save: bool
) -> list[RecordReport]:
    """Take in the records that are right; return what became of each. The same again changes nothing.

    Organisations that are new here become drafts, which the operator publishes.
    """
    read = list(_read_records(records))
    good = [each for each in read if isinstance(each, FeedService)]
    networks = await _find(session, AdviserNetwork, {each.organization.id for each in good})
    services = await _find(session, ImportedService, {each.id for each in good})
    reports = []
    for number, (record, sent) in enumerate(zip(read, records, strict=True)):
        errors = record if isinstance(record, list) else _check_owner(record, networks, services, source, number)
        outcome = ImportOutcome.REFUSED
        if isinstance(record, FeedService) and not errors:
            outcome = await _take_in(session if save else None, record, networks, services, source=source, now=now)
        shown = [{"field": each.field, "reason": each.reason} for each in errors]
        reports.append(
            RecordReport.model_validate({"number": number, "id": _read_id(sent), "outcome": outcome, "errors": shown})
        )
    await session.flush()
    return reports


def _read_records(records: Records) -> Iterator[FeedService | list[FieldError]]:
    """Yield each record as it was understood, or else what is wrong with it."""
    seen: dict[UUID, int] = {}
    for number, sent in enumerate(records):
        at = f"/services/{number}"
        try:
            record = FeedService.model_validate(sent)
        except ValidationError as error:
            yield describe_failure(error, sent, under=at)
            continue
        made_here = {make_offer_id(record.organization.id, kind) for kind in AdviserKind}
        if record.id in seen:
            yield [FieldError(f"{at}/id", f"is that of /services/{seen[record.id]} too")]
        elif record.id in made_here:
            yield [FieldError(f"{at}/id", "is that of a service which this directory makes of the network's people")]
        else:
            seen[record.id] = number
            yield record


def _check_owner(
    record: FeedService,
    networks: Mapping[UUID, AdviserNetwork],
    services: Mapping[UUID, ImportedService],
    source: str,
    number: int,
) -> list[FieldError]:
    """Refuse what another feed gave, and what belongs to an organisation that has left."""
    at = f"/services/{number}"
    stored, network = services.get(record.id), networks.get(record.organization.id)
    if stored is not None and stored.source != source:
        return [FieldError(f"{at}/id", f"was taken in from {stored.source}")]
    if network is not None and network.status is ProfileStatus.WITHDRAWN:
        return [FieldError(f"{at}/organization/id", "is that of an organisation which has left the directory")]
    return []


async def _take_in(
    session: AsyncSession | None,
    record: FeedService,
    networks: dict[UUID, AdviserNetwork],
    services: dict[UUID, ImportedService],
    *,
    source: str,
    now: datetime,
) -> ImportOutcome:
    """Take in a record that is right; without a session, only say what would become of it."""
    moved = _take_in_organization(session, record.organization, networks, source=source, now=now)
    if session is not None and moved:
        await session.flush()  # before the service that refers to it
    columns = _build_columns(record)
    stored = services.get(record.id)
    if stored is None:
        added = ImportedService(id=record.id, source=source, imported_at=now, **columns)
        if session is not None:
            session.add(added)
        return ImportOutcome.ADDED
    differing = {name: value for name, value in columns.items() if getattr(stored, name) != value}
    if session is not None and differing:
        for name, value in {**differing, "imported_at": now}.items():
            setattr(stored, name, value)
    return ImportOutcome.CHANGED if differing or moved else ImportOutcome.UNCHANGED


def _take_in_organization(
    session: AsyncSession | None,
    given: FeedOrganization,
    networks: dict[UUID, AdviserNetwork],
    *,
    source: str,
    now: datetime,
) -> bool:
    """Add an organisation as a draft, or follow what its own feed says; one that keeps itself stays as it is."""
    facts = {"name": given.name, "description": given.description, "website": given.website}
    known = networks.get(given.id)
    if known is None:
        added = AdviserNetwork(
            id=given.id, is_example=False, status=ProfileStatus.DRAFT, version=1, imported_from=source, **facts
        )
        networks[given.id] = added
        if session is not None:
            session.add(added)
        return True
    differs = known.imported_from == source and any(getattr(known, name) != value for name, value in facts.items())
    if differs and session is not None:
        known.change(facts)
    return differs


def _build_columns(record: FeedService) -> dict[str, Any]:
    said = record.model_dump(mode="json", exclude_none=True, exclude=_LEFT_BEHIND)
    terms = [each.taxonomy_term for each in record.attributes if each.taxonomy_term is not None]
    attributes = [
        {
            "id": str(each.id),
            "link_id": str(record.id),
            "taxonomy_term_id": str(each.taxonomy_term.id),
            "taxonomy_term": {
                "description": each.taxonomy_term.name,
                **each.taxonomy_term.model_dump(mode="json", exclude_none=True),
            },
        }
        for each in record.attributes
        if each.taxonomy_term is not None
    ]
    ids = [str(term.id) for term in terms]
    known = {str(TERMS_BY_ID[each]["taxonomy_id"]) for each in ids if each in TERMS_BY_ID}
    served = {"id": str(record.id), **said, **({"attributes": attributes} if attributes else {})}
    return {
        "organization_id": record.organization.id,
        "name": record.name,
        "record": served,
        "terms": sorted(set(ids)),
        "taxonomies": sorted(known),
    }


async def _find(session: AsyncSession, table: Any, ids: set[UUID]) -> dict[UUID, Any]:
    """Return the rows of these ids, locked in one order, so that two imports never wait for each other in a ring."""
    query = select(table).where(table.id.in_(ids)).order_by(table.id).with_for_update()
    return {row.id: row for row in await session.scalars(query)}


def _read_id(sent: Mapping[str, Any]) -> str | None:
    given = sent.get("id")
    return given[:64] if isinstance(given, str) else None
