"""Queries about notices and contracts, which are open to everybody."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.notices.errors import NoSuchNotice
from rtp_finance_directory.notices.filters import NoticeFilters, Services
from rtp_finance_directory.notices.models import Notice, NoticeContract
from rtp_shared.db import AnyRow

LISTED = (
    Notice.ocid, Notice.version, Notice.title, Notice.stage, Notice.tender_status, Notice.notice_types, Notice.reserved,
    Notice.reserved_lots, Notice.cpv, Notice.regions, Notice.buyer_id, Notice.buyer_name, Notice.buyer_body,
    Notice.buyer_known_by, Notice.currency, Notice.value_pence, Notice.gross_value_pence, Notice.closes_on,
    Notice.starts_on, Notice.ends_on, Notice.extendable_until, Notice.published_at, Notice.changed_at,
)  # fmt: skip
CONTRACT = (
    NoticeContract.award_id, NoticeContract.contract_id, NoticeContract.title, NoticeContract.status,
    NoticeContract.over, NoticeContract.suppliers, NoticeContract.supplier_ids, NoticeContract.to_mutual,
    NoticeContract.currency, NoticeContract.value_pence, NoticeContract.awarded_on, NoticeContract.starts_on,
    NoticeContract.ends_on, NoticeContract.extendable_until, NoticeContract.may_be_extended,
)  # fmt: skip


class EndingKey(NamedTuple):
    """Where a page of contracts ends."""

    ends_on: date
    ocid: str
    key: str


async def list_notices(
    session: AsyncSession, filters: NoticeFilters, *, limit: int, after: tuple[datetime, str] | None
) -> Sequence[AnyRow]:
    """List contracting processes, from the one that changed last on."""
    query = select(*LISTED).where(*filters.build()).order_by(Notice.changed_at.desc(), Notice.ocid.desc())
    if after is not None:
        query = query.where(tuple_(Notice.changed_at, Notice.ocid) < tuple_(*after))
    return (await session.execute(query.limit(limit + 1))).all()


async def get_notice(session: AsyncSession, ocid: str) -> tuple[AnyRow, Sequence[AnyRow]]:
    """Return a contracting process and the contracts that came of it."""
    columns = (
        Notice.description, Notice.category, Notice.procurement_method, Notice.procurement_details, Notice.releases,
        Notice.document,
    )  # fmt: skip
    row = (await session.execute(select(*LISTED, *columns).where(Notice.ocid == ocid))).first()
    if row is None:
        raise NoSuchNotice
    contracts = select(*CONTRACT).where(NoticeContract.ocid == ocid).order_by(NoticeContract.key)
    return row, (await session.execute(contracts)).all()


async def list_endings(
    session: AsyncSession, services: Services, *, today: date, until: date, limit: int, after: EndingKey | None
) -> Sequence[AnyRow]:
    """List contracts that end between today and then, those that end first before the others."""
    query = (
        select(
            *CONTRACT, NoticeContract.key, Notice.ocid, Notice.title.label("notice_title"), Notice.cpv, Notice.regions,
            Notice.buyer_id, Notice.buyer_name, Notice.buyer_body, Notice.buyer_known_by, Notice.reserved,
        )
        .join(Notice, Notice.ocid == NoticeContract.ocid)
        .where(NoticeContract.ends_on.between(today, until), NoticeContract.over.is_(False), *services.build())
        .order_by(NoticeContract.ends_on, NoticeContract.ocid, NoticeContract.key)
        .limit(limit + 1)
    )  # fmt: skip
    if after is not None:
        key = tuple_(NoticeContract.ends_on, NoticeContract.ocid, NoticeContract.key)
        query = query.where(key > tuple_(*after))
    return (await session.execute(query)).all()
