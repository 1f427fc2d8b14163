"""Notices over HTTP. Everybody may read them, as everybody may where they are published."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query

from rtp_finance_directory.auth import Anyone
from rtp_finance_directory.notices import queries
from rtp_finance_directory.notices.filters import NoticeFilters, Services
from rtp_finance_directory.notices.queries import EndingKey
from rtp_finance_directory.notices.schemas import (
    ContractLine,
    EndingLine,
    EndingPage,
    NoticeLine,
    NoticePage,
    NoticeView,
)
from rtp_finance_directory.notices.standard.periods import add_months
from rtp_finance_directory.notices.vocabulary import NoticeStage, Reservation
from rtp_finance_directory.patience import answer_soon
from rtp_shared.clock import LONDON
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.parameters import require_order
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Day, Storable
from rtp_shared.web import create_router

TAGS: list[Any] = ["Contract notices"]
notices = create_router(prefix="/v1/notices", tags=TAGS)
contract_endings = create_router(prefix="/v1/contract-endings", tags=TAGS)

AREA = r"^(E1200000[1-9]|E92000001|W92000004|S92000003|N92000002|K02000001)$"
Amount = Annotated[int | None, Query(ge=0, le=10**14)]
Cpv = Annotated[
    list[Annotated[str, Query(pattern=r"^[0-9]{2,8}$")]],
    Query(
        max_length=50,
        description="Beginning of a CPV code, from two digits on: 85 for health and social work. May be repeated",
    ),
]
Regions = Annotated[
    list[Annotated[str, Query(pattern=AREA)]],
    Query(alias="region", max_length=13, description="ONS code of a region or nation. May be repeated"),
]
Buyer = Annotated[str | None, Query(max_length=300, description="The publisher's identifier of the buyer"), Storable]
Body = Annotated[UUID | None, Query(description="The buyer, as a body of `/v1/bodies`: also one recognised by name")]


async def read_services(
    cpv: Cpv = [],  # noqa: B006 - FastAPI copies it
    region: Regions = [],  # noqa: B006
    buyer: Buyer = None,
    body: Body = None,
) -> Services:
    return Services(cpv=tuple(cpv), regions=tuple(region), buyer=buyer, body=body)


Asked = Annotated[Services, Depends(read_services)]


async def read_filters(
    services: Asked,
    stage: Annotated[list[NoticeStage], Query(max_length=5, description="May be repeated")] = [],  # noqa: B006
    notice_type: Annotated[
        list[Annotated[str, Query(pattern=r"^[A-Z]{1,4}[0-9]{0,2}$")]],
        Query(alias="noticeType", max_length=20, description="A notice that was published: UK4. May be repeated"),
    ] = [],  # noqa: B006
    reserved: Annotated[
        Reservation | None, Query(description="For whom it, or a lot of it, is reserved: public-service-mutuals")
    ] = None,
    least_pence: Annotated[Amount, Query(alias="leastPence", description="Value without tax, at the least")] = None,
    most_pence: Annotated[Amount, Query(alias="mostPence", description="Value without tax, at the most")] = None,
    changed_from: Annotated[
        Day | None, Query(alias="changedFrom", description="Newest notice, from that day on")
    ] = None,
    changed_until: Annotated[Day | None, Query(alias="changedUntil")] = None,
    closes_from: Annotated[Day | None, Query(alias="closesFrom", description="Open at least until then")] = None,
    closes_until: Annotated[Day | None, Query(alias="closesUntil")] = None,
    ends_before: Annotated[
        Day | None, Query(alias="endsBefore", description="The contract sought, or one that came of it, ends before")
    ] = None,
) -> NoticeFilters:
    require_order(changed_from, changed_until, names=("changedFrom", "changedUntil"))
    require_order(closes_from, closes_until, names=("closesFrom", "closesUntil"))
    if least_pence is not None and most_pence is not None and least_pence > most_pence:
        raise Invalid(errors=[FieldError("leastPence", "is more than mostPence", "query")])
    return NoticeFilters(
        services=services,
        stages=tuple(stage),
        notice_types=tuple(notice_type),
        reserved=reserved,
        least_pence=least_pence,
        most_pence=most_pence,
        published_from=changed_from,
        published_until=changed_until,
        closes_from=closes_from,
        closes_until=closes_until,
        ends_before=ends_before,
    )


@notices.get("")
async def list_notices(
    _: Anyone,
    session: Session,
    filters: Annotated[NoticeFilters, Depends(read_filters)],
    limit: Limit = 20,
    after: After = None,
) -> NoticePage:
    """Find contracting processes by what their notices say, the one that changed last first.

    What a notice does not say is in no range: a process without a value is not found by one. A buyer's announcements
    are found by `stage=planning`, its pipeline by `noticeType=UK1`, and what is reserved to public service mutuals
    by `reserved=public-service-mutuals`.
    """
    key = decode_cursor(after, _read_instant, str)
    async with answer_soon(session):
        rows = await queries.list_notices(session, filters, limit=limit, after=(key[0], key[1]) if key else None)
    page, end = cut(rows, limit)
    return NoticePage(
        items=[NoticeLine.model_validate(row) for row in page],
        next=end and encode_cursor(end.changed_at.isoformat(), end.ocid),
    )


def _read_instant(part: object) -> datetime:
    at = datetime.fromisoformat(str(part))
    if at.tzinfo is None:
        raise ValueError(part)
    return at


@notices.get("/{ocid}")
async def get_notice(
    ocid: Annotated[str, Path(max_length=300, description="Open Contracting id of the process"), Storable],
    _: Anyone,
    session: Session,
) -> NoticeView:
    """Read one contracting process, with the contracts that came of it, and all that its notices say but persons."""
    row, contracts = await queries.get_notice(session, ocid)
    shown = [ContractLine.model_validate(each) for each in contracts]
    return NoticeView.model_validate({**row._mapping, "contracts": shown})  # noqa: SLF001 - SQLAlchemy's public name


@contract_endings.get("")
async def list_contract_endings(
    _: Anyone,
    session: Session,
    now: Now,
    services: Asked,
    months: Annotated[int, Query(ge=1, le=120, description="How far ahead to look")] = 18,
    limit: Limit = 20,
    after: After = None,
) -> EndingPage:
    """See which contracts end within some months, the first to end first: a service may then be provided otherwise.

    The day is that of the contract without extensions; `extendableUntil` and `mayBeExtended` say what is known of
    those. An award without a contract counts by the period that it names.
    """
    today = now.astimezone(LONDON).date()
    key = decode_cursor(after, date.fromisoformat, str, str)
    until = add_months(today, months)
    async with answer_soon(session):
        rows = await queries.list_endings(
            session, services, today=today, until=until, limit=limit, after=EndingKey(*key) if key else None
        )
    page, end = cut(rows, limit)
    return EndingPage(
        items=[EndingLine.model_validate(row) for row in page],
        next=end and encode_cursor(end.ends_on.isoformat(), end.ocid, end.key),
        until=until,
    )
