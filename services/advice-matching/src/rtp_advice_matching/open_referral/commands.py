"""Taking in a feed of Open Referral UK: good records are kept, and of broken ones each field is named."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Uuid, all_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import AdviserKind, ProfileStatus
from rtp_advice_matching.directory.models import AdviserNetwork
from rtp_advice_matching.open_referral.feed import FeedOrganization, FeedService
from rtp_advice_matching.open_referral.models import ImportedService
from rtp_advice_matching.open_referral.offers import make_offer_id
from rtp_advice_matching.open_referral.records import build_columns
from rtp_advice_matching.open_referral.schemas import DepartedService, ImportOutcome, ImportReport, RecordReport
from rtp_shared.problems import FieldError
from rtp_shared.validation import describe_failure

_FEEDS = 13_002
"""Seed of the lock for which two imports of one feed wait."""
Records = Sequence[Any]
"""As they were sent: not each need be an object."""


async def import_feed(
    session: AsyncSession, records: Records, *, source: str, whole: bool, now: datetime, save: bool
) -> ImportReport:
    """Take in the records of a feed that are right, and of a whole feed take down what left it."""
    # Whoever takes in the same feed waits, and then sees what became of it.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(source, _FEEDS))))
    reports = await _import_services(session, records, source=source, now=now, save=save)
    departed = await _take_down_departed(session, records, source=source, save=save) if whole else []
    counts = Counter(each.outcome for each in reports)
    return ImportReport(counts=dict(counts), records=reports, departed=departed)


async def _import_services(
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
    """Refuse what another feed gave, and what belongs to an organisation that another keeps, or that has left."""
    at = f"/services/{number}"
    stored, network = services.get(record.id), networks.get(record.organization.id)
    if stored is not None and stored.source != source:
        return [FieldError(f"{at}/id", f"was taken in from {stored.source}")]
    if network is not None and network.status is ProfileStatus.WITHDRAWN:
        return [FieldError(f"{at}/organization/id", "is that of an organisation which has left the directory")]
    if network is not None and network.imported_from != source:
        return [FieldError(f"{at}/organization/id", "is that of an organisation which this feed did not bring")]
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
    columns = build_columns(record)
    stored = services.get(record.id)
    if stored is None:
        added = ImportedService(id=record.id, source=source, imported_at=now, seen_at=now, **columns)
        if session is not None:
            session.add(added)
        return ImportOutcome.ADDED
    differing = any(getattr(stored, name) != value for name, value in columns.items())
    if session is not None:
        stored.take_over(columns, now=now)
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


async def _find(session: AsyncSession, table: Any, ids: set[UUID]) -> dict[UUID, Any]:
    """Return the rows of these ids, locked in one order, so that two imports never wait for each other in a ring."""
    # One parameter, because a whole feed has more records than a statement may have parameters.
    named = any_(literal(list(ids), ARRAY(Uuid())))
    query = select(table).where(table.id == named).order_by(table.id).with_for_update()
    return {row.id: row for row in await session.scalars(query)}


async def _take_down_departed(
    session: AsyncSession, records: Records, *, source: str, save: bool
) -> list[DepartedService]:
    """Take down what a feed gave before and gives no more; return it.

    A record that is refused still stands in its feed. Where the id of one cannot be read, nobody can say what has left.
    """
    given = [_parse_id(each) for each in records]
    if None in given:
        return []
    left = ImportedService.id != all_(literal(given, ARRAY(Uuid())))
    query = select(ImportedService).where(ImportedService.source == source, left).order_by(ImportedService.id)
    departed = (await session.scalars(query.with_for_update())).all()
    for each in departed if save else ():
        await session.delete(each)
    await session.flush()
    return [DepartedService(id=each.id, name=each.name) for each in departed]


def _parse_id(sent: Any) -> UUID | None:
    try:
        return UUID(sent["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _read_id(sent: Any) -> str | None:
    given = sent.get("id") if isinstance(sent, dict) else None
    return given[:64] if isinstance(given, str) else None
