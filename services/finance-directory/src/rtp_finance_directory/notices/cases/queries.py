"""Queries about cases and notices. Row-level security stands behind every query of cases."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from rtp_finance_directory.notices.cases.errors import NoSuchWatch
from rtp_finance_directory.notices.cases.models import CaseContract, CaseNotice, CaseWatch
from rtp_finance_directory.notices.models import Notice, NoticeContract
from rtp_finance_directory.notices.queries import LISTED
from rtp_finance_directory.notices.sectors import list_search_terms
from rtp_finance_directory.notices.vocabulary import NoticeStage, NoticeVerdict
from rtp_shared.clock import LONDON
from rtp_shared.db import AnyRow, AnySelect, visible_to

AT_ONCE = 200
"""Notices judged, and contracts told, in one round of the worker for all cases."""
OPEN_FOR = timedelta(days=731)
"""A notice that does not say when it closes is looked at no longer than that after its newest release."""


class Unjudged(NamedTuple):
    """A notice to be judged for a case."""

    case_id: UUID
    ocid: str


class EndingContract(NamedTuple):
    """A contract of a body of a case that ends soon."""

    case_id: UUID
    ocid: str
    key: str
    buyer_body: UUID
    buyer_known_by: str
    ends_on: date
    extendable_until: date | None


async def list_sectors(session: AsyncSession) -> Collection[str | None]:
    """List the sectors of the cases that are watched."""
    query = select(CaseWatch.sector).where(CaseWatch.ended_at.is_(None)).distinct()
    return set((await session.scalars(query)).all())


async def list_unjudged(
    session: AsyncSession, sector: str, today: date, *, without: Collection[Unjudged] = ()
) -> Sequence[Unjudged]:
    """List open notices of the sector's services that were not judged yet for its cases, and any that were judged by
    other facts, or have changed since; but for those left out."""
    watched = and_(CaseWatch.ended_at.is_(None), CaseWatch.sector == sector)
    stale = (
        select(CaseNotice.case_id, CaseNotice.ocid)
        .join(CaseWatch, and_(CaseWatch.case_id == CaseNotice.case_id, watched))
        .join(Notice, Notice.ocid == CaseNotice.ocid)
        .where(or_(CaseNotice.notice_version != Notice.version, CaseNotice.facts_version != CaseWatch.version))
    )
    if without:
        stale = stale.where(tuple_(CaseNotice.case_id, CaseNotice.ocid).not_in(without))
    services = list(list_search_terms(sector))
    queries: list[AnySelect] = [stale]
    if services:
        judged = exists().where(CaseNotice.case_id == CaseWatch.case_id, CaseNotice.ocid == Notice.ocid)
        unjudged = (
            select(CaseWatch.case_id, Notice.ocid)
            .join(Notice, and_(Notice.cpv_prefixes.overlap(services), _is_open(today), _is_near()))
            .where(watched, ~judged)
        )
        if without:
            unjudged = unjudged.where(tuple_(CaseWatch.case_id, Notice.ocid).not_in(without))
        queries.append(unjudged)
    found: list[Unjudged] = []
    for query in queries:
        rows = await session.execute(query.order_by(CaseWatch.case_id, Notice.ocid).limit(AT_ONCE - len(found)))
        found += [Unjudged(row.case_id, row.ocid) for row in rows]
    return found


def _is_open(today: date) -> ColumnElement[bool]:
    undated = and_(Notice.closes_on.is_(None), Notice.changed_at > _begin_day(today - OPEN_FOR))
    return and_(Notice.stage.in_((NoticeStage.PLANNING, NoticeStage.TENDER)), or_(Notice.closes_on >= today, undated))


def _begin_day(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


def _is_near() -> ColumnElement[bool]:
    """A body of the case buys it, or nothing says that it is for another region."""
    theirs = Notice.buyer_body.in_((CaseWatch.employer, CaseWatch.commissioner, CaseWatch.decision_body))
    wide = Notice.regions.overlap(array([func.coalesce(CaseWatch.region, ""), "E92000001", "K02000001"]))
    return or_(theirs, Notice.regions == [], wide, CaseWatch.region.is_(None))


async def list_judged(session: AsyncSession, case_id: UUID, ocids: Sequence[str]) -> Sequence[CaseNotice]:
    query = select(CaseNotice).where(CaseNotice.case_id == case_id, CaseNotice.ocid.in_(ocids))
    return (await session.scalars(query)).all()


async def list_notice_facts(session: AsyncSession, ocids: Sequence[str]) -> Sequence[Notice]:
    query = select(Notice).options(defer(Notice.document)).where(Notice.ocid.in_(ocids)).order_by(Notice.ocid)
    return (await session.scalars(query)).all()


async def list_endings(
    session: AsyncSession, today: date, until: date, *, without: Collection[EndingContract] = ()
) -> Sequence[EndingContract]:
    """List contracts of bodies of watched cases that end by then, and of which the case was not told, but for those
    left out."""
    told = exists().where(
        CaseContract.case_id == CaseWatch.case_id,
        CaseContract.ocid == NoticeContract.ocid,
        CaseContract.key == NoticeContract.key,
    )
    theirs = Notice.buyer_body.in_((CaseWatch.employer, CaseWatch.commissioner, CaseWatch.decision_body))
    query: AnySelect = (
        select(
            CaseWatch.case_id,
            NoticeContract.ocid,
            NoticeContract.key,
            Notice.buyer_body,
            Notice.buyer_known_by,
            NoticeContract.ends_on,
            NoticeContract.extendable_until,
        )
        .join(Notice, theirs)
        .join(NoticeContract, NoticeContract.ocid == Notice.ocid)
        .where(
            CaseWatch.ended_at.is_(None),
            NoticeContract.ends_on.between(today, until),
            NoticeContract.over.is_(False),
            ~told,
        )
        .order_by(CaseWatch.case_id, NoticeContract.ends_on, NoticeContract.ocid, NoticeContract.key)
        .limit(AT_ONCE)
    )
    if without:
        keys = [(each.case_id, each.ocid, each.key) for each in without]
        query = query.where(tuple_(CaseWatch.case_id, NoticeContract.ocid, NoticeContract.key).not_in(keys))
    return [EndingContract(*tuple(row)) for row in await session.execute(query)]


async def list_told_endings(session: AsyncSession, case_id: UUID) -> Collection[tuple[str, str]]:
    query = select(CaseContract.ocid, CaseContract.key).where(CaseContract.case_id == case_id)
    return {(row.ocid, row.key) for row in await session.execute(query)}


async def get_watch(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> CaseWatch:
    query = select(CaseWatch).where(CaseWatch.case_id == case_id, visible_to(CaseWatch.readers, readers))
    watch = await session.scalar(query)
    if watch is None or watch.sector is None:
        raise NoSuchWatch
    return watch


async def list_case_notices(
    session: AsyncSession,
    case_id: UUID,
    *,
    verdicts: Sequence[NoticeVerdict],
    limit: int,
    after: str | None,
) -> Sequence[AnyRow]:
    """List the notices that were judged for the case, with what was found, by their ids."""
    query = (
        select(*LISTED, CaseNotice.verdict, CaseNotice.findings, CaseNotice.judged_on)
        .join(Notice, Notice.ocid == CaseNotice.ocid)
        .where(CaseNotice.case_id == case_id, CaseNotice.verdict.in_(verdicts))
        .order_by(CaseNotice.ocid)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(CaseNotice.ocid > after)
    return (await session.execute(query)).all()
