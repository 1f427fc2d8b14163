"""The nine read endpoints of Open Referral UK 3.0: for everybody."""

from datetime import time
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request

from rtp_advice_matching.auth import Anyone
from rtp_advice_matching.open_referral import reading
from rtp_advice_matching.open_referral.queries import ServiceFilters
from rtp_advice_matching.open_referral.schemas import OpenReferralHome, OpenReferralPage
from rtp_advice_matching.open_referral.taxonomies import NAMES_BY_ID, TAXONOMIES_BY_ID, TERMS, Record
from rtp_shared.dependencies import Session
from rtp_shared.schemas import Storable
from rtp_shared.service import Runtime
from rtp_shared.web import create_router

PREFIX = "/v1/open-referral"
PROFILE = "https://docs.openreferraluk.org/en/latest/"


open_referral = create_router(prefix=PREFIX, tags=["Open Referral"])

PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="Number of the page, from 1")]
PerPage = Annotated[int, Query(ge=1, le=200, description="How many on a page, at the most")]
Search = Annotated[str | None, Query(max_length=200, description="Words of name and description"), Storable]
RecordId = Annotated[UUID, Path(description="The record's id")]
TermId = Annotated[UUID | None, Query(description="What has this term")]
TaxonomyId = Annotated[UUID | None, Query(description="What has any term of this taxonomy")]
LeastAge = Annotated[float | None, Query(ge=0, le=150, description="What states a minimum age of so much or more")]
MostAge = Annotated[float | None, Query(ge=0, le=150, description="What states a maximum age of so much or less")]
Start = Annotated[time | None, Query(description="What a schedule says to open at this time or later")]
End = Annotated[time | None, Query(description="What a schedule says to close at this time or earlier")]
DayOfWeek = Annotated[
    str | None,
    Query(max_length=20, description="What a schedule says to be offered on this day: MO, TU and so on"),
    Storable,
]


@open_referral.get("")
async def describe_open_referral(_: Anyone, request: Request) -> OpenReferralHome:
    """Say which standard is spoken here: Open Referral UK 3.0 (HSDS-UK)."""
    runtime: Runtime = request.app.state.runtime
    openapi_url = f"{runtime.settings.public_url}/openapi.json"
    return OpenReferralHome(version="HSDS-UK-3.0", profile=PROFILE, openapi_url=openapi_url)


# Clients put the paths of the standard behind the address that they are given, so that its first one is a slash.
open_referral.add_api_route("/", describe_open_referral, name="describe_open_referral_root", include_in_schema=False)


@open_referral.get("/services")
async def list_open_referral_services(
    _: Anyone,
    session: Session,
    page: PageNumber = 1,
    per_page: PerPage = 50,
    search: Search = None,
    taxonomy_term_id: TermId = None,
    taxonomy_id: TaxonomyId = None,
    minimum_age: LeastAge = None,
    maximum_age: MostAge = None,
    start_time: Start = None,
    end_time: End = None,
    day: DayOfWeek = None,
) -> OpenReferralPage:
    """List services: what each network offers by its advisers, mentors or ambassadors, and what was taken in of feeds.

    No person is named. Names and shapes are those of the standard.
    """
    filters = ServiceFilters(search, taxonomy_term_id, taxonomy_id, minimum_age, maximum_age, start_time, end_time, day)
    return await reading.list_services(session, filters, page=page, per_page=per_page)


@open_referral.get("/services/{record_id}")
async def get_open_referral_service(record_id: RecordId, _: Anyone, session: Session) -> Record:
    """Read a service in full, with its organisation, areas, languages, costs and terms."""
    return await reading.get_service(session, record_id)


@open_referral.get("/service_at_locations")
async def list_open_referral_places(
    _: Anyone,
    session: Session,
    page: PageNumber = 1,
    per_page: PerPage = 50,
    search: Search = None,
    taxonomy_term_id: TermId = None,
    taxonomy_id: TaxonomyId = None,
    minimum_age: LeastAge = None,
    maximum_age: MostAge = None,
    start_time: Start = None,
    end_time: End = None,
    day: DayOfWeek = None,
    postcode: Annotated[
        str | None, Query(max_length=10, description="No address is known here: it finds nothing"), Storable
    ] = None,
    proximity: Annotated[
        float | None, Query(ge=0, le=10**7, description="Metres. No address is known here: it finds nothing")
    ] = None,
) -> OpenReferralPage:
    """List where services are: what networks offer online, and the places that feeds name, without their addresses.

    Who meets groups in person goes to where they are.
    """
    filters = ServiceFilters(search, taxonomy_term_id, taxonomy_id, minimum_age, maximum_age, start_time, end_time, day)
    placed = postcode is not None or proximity is not None
    return await reading.list_places(session, filters, placed=placed, page=page, per_page=per_page)


@open_referral.get("/service_at_locations/{record_id}")
async def get_open_referral_place(record_id: RecordId, _: Anyone, session: Session) -> Record:
    """Read where a service is."""
    return await reading.get_place(session, record_id)


@open_referral.get("/taxonomies")
async def list_open_referral_taxonomies(_: Anyone, page: PageNumber = 1, per_page: PerPage = 50) -> OpenReferralPage:
    """List the taxonomies: topics of support, kinds of public service, stages of a spin-out."""
    return reading.page_of(list(TAXONOMIES_BY_ID.values()), page=page, per_page=per_page)


@open_referral.get("/taxonomies/{record_id}")
async def get_open_referral_taxonomy(record_id: RecordId, _: Anyone) -> Record:
    """Read a taxonomy with its terms."""
    taxonomy = reading.find_record(dict(TAXONOMIES_BY_ID), record_id)
    return {**taxonomy, "taxonomy_terms": [*TERMS[NAMES_BY_ID[str(record_id)]].values()]}


@open_referral.get("/taxonomy_terms")
async def list_open_referral_terms(
    _: Anyone, session: Session, page: PageNumber = 1, per_page: PerPage = 50
) -> OpenReferralPage:
    """List the terms of all taxonomies, then those that services of feeds have besides."""
    return await reading.list_terms(session, page=page, per_page=per_page)


@open_referral.get("/taxonomy_terms/{record_id}")
async def get_open_referral_term(record_id: RecordId, _: Anyone, session: Session) -> Record:
    """Read a term of a taxonomy."""
    return await reading.get_term(session, record_id)
