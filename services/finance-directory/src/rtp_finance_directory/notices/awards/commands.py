"""Commands on awards of reserved contracts: verb(session, subject, *, details)."""

import uuid
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.notices.awards import queries
from rtp_finance_directory.notices.awards.models import AwardLook, ToldAward
from rtp_finance_directory.notices.models import Notice
from rtp_finance_directory.notices.reserved import ReservedAward, list_reserved_awards
from rtp_shared.clock import LONDON
from rtp_shared.contracts.events import compute_digest
from rtp_shared.contracts.finance_directory import ReservedAwardWithdrawn, ReservedContractAwarded
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.outbox import Outbox


def make_award_id(ocid: str, award: ReservedAward) -> uuid.UUID:
    """Return our id of the award: the same wherever the notice is loaded."""
    said = f"{ocid}\n{award.award_id}\n{award.provider}"
    return uuid.UUID(bytes=sha256(said.encode()).digest()[:16], version=5)


async def tell_awards(session: AsyncSession, ocid: str, *, now: datetime, outbox: Outbox) -> int:
    """Look at the process, and tell which reserved contracts it awarded: each once, again if its notices say something
    else of it, and when they say it no more. Return how many events that made."""
    look = await _lock_look(session, ocid)
    notice = (await session.scalars(select(Notice).where(Notice.ocid == ocid))).one()
    if look.version == notice.version:
        return 0
    look.version = notice.version
    told = {each.id: each for each in await queries.list_told(session, ocid)}
    found = {make_award_id(ocid, each): each for each in _list_awards(notice)}
    published = 0
    for award_id, award in found.items():
        published += await _tell(session, told.get(award_id), notice, award, now=now, outbox=outbox)
    for award_id in told.keys() - found.keys():
        if told[award_id].standing:
            told[award_id].standing = False
            gone = ReservedAwardWithdrawn(reserved_award_id=award_id, ocid=ocid, found_at=now)
            await _publish(session, told[award_id], gone, outbox=outbox)
            published += 1
    await session.flush()
    return published


async def _lock_look(session: AsyncSession, ocid: str) -> AwardLook:
    await session.execute(insert(AwardLook).values(ocid=ocid, version=0).on_conflict_do_nothing())
    return (await session.scalars(select(AwardLook).where(AwardLook.ocid == ocid).with_for_update())).one()


def _list_awards(notice: Notice) -> list[ReservedAward]:
    """List the awards of a buyer that was recognised as a body; nobody else's count for anybody."""
    if notice.buyer_body is None:
        return []
    first, last = _get_day(notice.published_at), _get_day(notice.changed_at)
    found = list_reserved_awards(notice.document, first_published=first, last_published=last)
    return [each for each in found if each.cpv]


def _get_day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


async def _tell(
    session: AsyncSession,
    told: ToldAward | None,
    notice: Notice,
    award: ReservedAward,
    *,
    now: datetime,
    outbox: Outbox,
) -> bool:
    """Tell of the award, unless the newest event said the same."""
    assert notice.buyer_body is not None  # noqa: S101 - else it has no awards
    award_id = make_award_id(notice.ocid, award)
    said: dict[str, Any] = {
        **{name: value for name, value in award._asdict().items() if name != "award_id"},
        "award": award.award_id,
        "authority": notice.buyer_body,
        "authority_known_by": notice.buyer_known_by,
    }
    event = ReservedContractAwarded(reserved_award_id=award_id, ocid=notice.ocid, found_at=now, **said)
    written = event.model_dump(mode="json", exclude={"found_at"})
    if told is not None and told.standing and told.said == written:
        return False
    if told is None:
        told = ToldAward(id=award_id, ocid=notice.ocid, sequence=0)
        session.add(told)
    told.said, told.authority, told.standing = written, notice.buyer_body, True
    await _publish(session, told, event, outbox=outbox)
    return True


async def _publish(
    session: AsyncSession, told: ToldAward, event: ReservedContractAwarded | ReservedAwardWithdrawn, *, outbox: Outbox
) -> None:
    [body] = await outbox.publish(
        session, [event], subject_id=told.id, sequence=told.sequence + 1, previous=told.event_hash,
        dataref=f"/v1/notices/{quote(told.ocid, safe='')}", readers=[organisation_identity(told.authority), *SYSTEM],
    )  # fmt: skip
    told.count_event(compute_digest(body))
