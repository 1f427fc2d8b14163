"""What the read endpoints answer with: pages over what is ours, then over what was taken in of feeds."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.open_referral import imported_queries as imported
from rtp_advice_matching.open_referral import queries
from rtp_advice_matching.open_referral.errors import NoSuchRecord
from rtp_advice_matching.open_referral.offers import write_at_location, write_line, write_service
from rtp_advice_matching.open_referral.queries import ServiceFilters
from rtp_advice_matching.open_referral.schemas import OpenReferralPage, cut_page
from rtp_advice_matching.open_referral.taxonomies import TERMS_BY_ID, Record


async def list_services(
    session: AsyncSession, filters: ServiceFilters, *, page: int, per_page: int
) -> OpenReferralPage:
    """Return a page of services: those of our networks first, then those that were taken in."""
    offers = await queries.list_offers(session, filters)
    begins = (page - 1) * per_page
    lines = [write_line(offer) for offer in offers[begins : begins + per_page]]
    if missing := per_page - len(lines):
        rows = await imported.list_services(session, filters, offset=max(0, begins - len(offers)), limit=missing)
        lines += [imported.write_service(row, full=False) for row in rows]
    total = len(offers) + await imported.count_services(session, filters)
    return cut_page(lines, total=total, page=page, per_page=per_page)


async def get_service(session: AsyncSession, service_id: UUID) -> Record:
    offers = await queries.list_offers(session, ServiceFilters())
    if offer := next((each for each in offers if each.id == service_id), None):
        return write_service(offer)
    row = await imported.find_service(session, service_id)
    if row is None:
        raise NoSuchRecord
    return imported.write_service(row, full=True)


async def list_places(
    session: AsyncSession, filters: ServiceFilters, *, placed: bool, page: int, per_page: int
) -> OpenReferralPage:
    """Return a page of the places of services. No address is kept, so that no postcode finds any (`placed`)."""
    if placed:
        return cut_page([], total=0, page=page, per_page=per_page)
    offers = await queries.list_offers(session, filters)
    ours = [place for offer in offers if (place := write_at_location(offer))]
    begins = (page - 1) * per_page
    lines = ours[begins : begins + per_page]
    if missing := per_page - len(lines):
        rows = await imported.list_places(session, filters, offset=max(0, begins - len(ours)), limit=missing)
        lines += [imported.write_place(row) for row in rows]
    total = len(ours) + await imported.count_places(session, filters)
    return cut_page(lines, total=total, page=page, per_page=per_page)


async def get_place(session: AsyncSession, place_id: UUID) -> Record:
    offers = await queries.list_offers(session, ServiceFilters())
    offer = next((each for each in offers if each.location_id == place_id), None)
    if offer is not None and (place := write_at_location(offer)):
        return place
    row = await imported.find_place(session, place_id)
    if row is None:
        raise NoSuchRecord
    return imported.write_place(row)


async def list_terms(session: AsyncSession, *, page: int, per_page: int) -> OpenReferralPage:
    """Return a page of terms: those of our taxonomies first, then those that only feeds have."""
    ours = list(TERMS_BY_ID.values())
    begins = (page - 1) * per_page
    lines = ours[begins : begins + per_page]
    if missing := per_page - len(lines):
        lines = lines + await imported.list_terms(session, offset=max(0, begins - len(ours)), limit=missing)
    return cut_page(lines, total=len(ours) + await imported.count_terms(session), page=page, per_page=per_page)


async def get_term(session: AsyncSession, term_id: UUID) -> Record:
    term = TERMS_BY_ID.get(str(term_id)) or await imported.find_term(session, term_id)
    if term is None:
        raise NoSuchRecord
    return dict(term)


def page_of(items: Sequence[Record], *, page: int, per_page: int) -> OpenReferralPage:
    begins = (page - 1) * per_page
    return cut_page(items[begins : begins + per_page], total=len(items), page=page, per_page=per_page)


def find_record(records: dict[str, Record], record_id: UUID) -> Record:
    if str(record_id) not in records:
        raise NoSuchRecord
    return records[str(record_id)]
