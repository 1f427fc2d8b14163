"""What the read endpoints answer with: pages over the offers of networks, then over services of feeds."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.open_referral import queries
from rtp_advice_matching.open_referral.errors import NoSuchRecord
from rtp_advice_matching.open_referral.offers import write_at_location, write_line, write_service
from rtp_advice_matching.open_referral.queries import ServiceFilters
from rtp_advice_matching.open_referral.schemas import OpenReferralPage, cut_page
from rtp_advice_matching.open_referral.taxonomies import Record


async def list_services(
    session: AsyncSession, filters: ServiceFilters, *, page: int, per_page: int
) -> OpenReferralPage:
    """Return a page of services: those of our networks first, then those that were taken in."""
    offers = await queries.list_offers(session, filters)
    total = len(offers) + await queries.count_imported(session, filters)
    begins = (page - 1) * per_page
    lines = [write_line(offer) for offer in offers[begins : begins + per_page]]
    if missing := per_page - len(lines):
        rows = await queries.list_imported(session, filters, offset=max(0, begins - len(offers)), limit=missing)
        lines += [queries.write_imported(row, full=False) for row in rows]
    return cut_page(lines, total=total, page=page, per_page=per_page)


async def get_service(session: AsyncSession, service_id: UUID) -> Record:
    offers = await queries.list_offers(session, ServiceFilters())
    if offer := next((each for each in offers if each.id == service_id), None):
        return write_service(offer)
    row = await queries.find_imported(session, service_id)
    if row is None:
        raise NoSuchRecord
    return queries.write_imported(row, full=True)


async def list_places(
    session: AsyncSession, filters: ServiceFilters, *, placed: bool, page: int, per_page: int
) -> OpenReferralPage:
    """Return a page of the places of services. Only what is online is known, which no postcode finds (`placed`)."""
    offers = [] if placed else await queries.list_offers(session, filters)
    places = [place for offer in offers if (place := write_at_location(offer))]
    return page_of(places, page=page, per_page=per_page)


async def get_place(session: AsyncSession, place_id: UUID) -> Record:
    offers = await queries.list_offers(session, ServiceFilters())
    offer = next((each for each in offers if each.location_id == place_id), None)
    place = write_at_location(offer) if offer is not None else None
    if place is None:
        raise NoSuchRecord
    return place


def page_of(items: Sequence[Record], *, page: int, per_page: int) -> OpenReferralPage:
    begins = (page - 1) * per_page
    return cut_page(items[begins : begins + per_page], total=len(items), page=page, per_page=per_page)


def find_record(records: dict[str, Record], record_id: UUID) -> Record:
    if str(record_id) not in records:
        raise NoSuchRecord
    return records[str(record_id)]
