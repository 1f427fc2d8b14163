"""The products as services of Open Referral UK 3.0, by its nine read endpoints: for everybody."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.open_referral import queries
from rtp_finance_directory.open_referral.errors import NoSuchFinanceRecord
from rtp_finance_directory.open_referral.queries import FinanceServiceFilters
from rtp_finance_directory.open_referral.records import write_line, write_service
from rtp_finance_directory.open_referral.schemas import FinanceServiceHome, FinanceServicePage, cut_page
from rtp_finance_directory.open_referral.terms import NAMES_BY_ID, TAXONOMIES_BY_ID, TERMS, TERMS_BY_ID, Record
from rtp_finance_directory.patience import answer_soon
from rtp_shared.clock import LONDON
from rtp_shared.dependencies import Now, Session
from rtp_shared.schemas import Storable
from rtp_shared.service import Runtime
from rtp_shared.web import create_router

PROFILE = "https://docs.openreferraluk.org/en/latest/"

finance_services = create_router(prefix="/v1/finance-open-referral", tags=["Open Referral"])

PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="Number of the page, from 1")]
PerPage = Annotated[int, Query(ge=1, le=200, description="How many on a page, at the most")]
Search = Annotated[str | None, Query(max_length=200, description="Words of name, provider and description"), Storable]
RecordId = Annotated[UUID, Path(description="The record's id")]
Age = Annotated[float | None, Query(ge=0, le=150, description="No product states an age: it finds nothing")]
TimeOfDay = Annotated[time | None, Query(description="No product has a timetable: it finds nothing")]
DayOfWeek = Annotated[
    str | None, Query(max_length=20, description="No product has a timetable: it finds nothing"), Storable
]


@finance_services.get("")
async def describe_finance_services(_: Anyone, request: Request) -> FinanceServiceHome:
    """Say which standard is spoken here: Open Referral UK 3.0 (HSDS-UK)."""
    runtime: Runtime = request.app.state.runtime
    openapi_url = f"{runtime.settings.public_url}/openapi.json"
    return FinanceServiceHome(version="HSDS-UK-3.0", profile=PROFILE, openapi_url=openapi_url)


# Clients put the paths of the standard behind the address that they are given, so that its first one is a slash.
finance_services.add_api_route(
    "/", describe_finance_services, name="describe_finance_services_root", include_in_schema=False
)


@finance_services.get("/services")
async def list_finance_services(
    _: Anyone,
    session: Session,
    now: Now,
    page: PageNumber = 1,
    per_page: PerPage = 50,
    search: Search = None,
    taxonomy_term_id: Annotated[UUID | None, Query(description="What has this term")] = None,
    taxonomy_id: Annotated[UUID | None, Query(description="What has any term of this taxonomy")] = None,
    minimum_age: Age = None,
    maximum_age: Age = None,
    start_time: TimeOfDay = None,
    end_time: TimeOfDay = None,
    day: DayOfWeek = None,
) -> FinanceServicePage:
    """List the directory's products as services of Open Referral UK 3.0, with the funder as the organisation.

    What is closed is among them, and says so. Names and shapes are those of the standard. Information, never an offer.
    """
    timed = any(each is not None for each in (minimum_age, maximum_age, start_time, end_time, day))
    filters = FinanceServiceFilters(search, taxonomy_term_id, taxonomy_id, timed)
    async with answer_soon(session):
        rows, total = await queries.list_services(session, filters, page=page, per_page=per_page)
    today = now.astimezone(LONDON).date()
    return cut_page([write_line(row, today=today) for row in rows], total=total, page=page, per_page=per_page)


@finance_services.get("/services/{record_id}")
async def get_finance_service(record_id: RecordId, _: Anyone, session: Session, now: Now) -> Record:
    """Read a product as a service, with its funder, areas and terms. Information, never an offer."""
    row = await queries.get_service(session, record_id)
    return write_service(row, today=now.astimezone(LONDON).date())


@finance_services.get("/service_at_locations")
async def list_finance_places(_: Anyone, page: PageNumber = 1, per_page: PerPage = 50) -> FinanceServicePage:
    """List where the services are: nowhere, as money has no place."""
    return cut_page([], total=0, page=page, per_page=per_page)


@finance_services.get("/service_at_locations/{record_id}")
async def get_finance_place(record_id: RecordId, _: Anyone) -> Record:
    """Read where a service is: there is no such record, as money has no place."""
    raise NoSuchFinanceRecord


@finance_services.get("/taxonomies")
async def list_finance_taxonomies(_: Anyone, page: PageNumber = 1, per_page: PerPage = 50) -> FinanceServicePage:
    """List the taxonomies: kinds and purposes of finance, kinds of public service, legal forms."""
    return _cut(list(TAXONOMIES_BY_ID.values()), page=page, per_page=per_page)


@finance_services.get("/taxonomies/{record_id}")
async def get_finance_taxonomy(record_id: RecordId, _: Anyone) -> Record:
    """Read a taxonomy with its terms."""
    taxonomy = _find(TAXONOMIES_BY_ID, record_id)
    return {**taxonomy, "taxonomy_terms": [*TERMS[NAMES_BY_ID[str(record_id)]].values()]}


@finance_services.get("/taxonomy_terms")
async def list_finance_terms(_: Anyone, page: PageNumber = 1, per_page: PerPage = 50) -> FinanceServicePage:
    """List the terms of all taxonomies."""
    return _cut(list(TERMS_BY_ID.values()), page=page, per_page=per_page)


@finance_services.get("/taxonomy_terms/{record_id}")
async def get_finance_term(record_id: RecordId, _: Anyone) -> Record:
    """Read a term of a taxonomy."""
    return _find(TERMS_BY_ID, record_id)


def _cut(records: Sequence[Mapping[str, Any]], *, page: int, per_page: int) -> FinanceServicePage:
    begins = (page - 1) * per_page
    return cut_page(records[begins : begins + per_page], total=len(records), page=page, per_page=per_page)


def _find(records: Mapping[str, Record], record_id: UUID) -> Record:
    record = records.get(str(record_id))
    if record is None:
        raise NoSuchFinanceRecord
    return record
