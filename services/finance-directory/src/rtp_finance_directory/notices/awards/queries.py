"""Queries of processes in which reserved contracts may have been awarded."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.notices.awards.models import AwardLook, ToldAward
from rtp_finance_directory.notices.models import RESERVED_TO_MUTUALS, Notice
from rtp_finance_directory.notices.vocabulary import NoticeStage

AT_ONCE = 200


async def list_unlooked(session: AsyncSession, *, without: Collection[str] = ()) -> Sequence[str]:
    """List processes that were reserved and got as far as an award, or were looked at before, in a version in which
    nobody has looked at them; but for those left out."""
    awarded = and_(RESERVED_TO_MUTUALS, Notice.stage.not_in((NoticeStage.PLANNING, NoticeStage.TENDER)))
    query = (
        select(Notice.ocid)
        .outerjoin(AwardLook, AwardLook.ocid == Notice.ocid)
        .where(or_(awarded, AwardLook.ocid.is_not(None)), AwardLook.version.is_distinct_from(Notice.version))
    )
    if without:
        query = query.where(Notice.ocid.not_in(without))
    return (await session.scalars(query.order_by(Notice.ocid).limit(AT_ONCE))).all()


async def list_told(session: AsyncSession, ocid: str) -> Sequence[ToldAward]:
    return (await session.scalars(select(ToldAward).where(ToldAward.ocid == ocid).order_by(ToldAward.id))).all()
