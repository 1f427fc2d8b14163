"""Awards that public notices tell: on record once, and what a body or a case says of the same contract stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body
from rtp_applications.procurement.awards.models import ContractAward, NoticedAward
from rtp_applications.procurement.awards.queries import lock_unlinked
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.cooling import ReservationLaw
from rtp_shared.contracts.finance_directory import ReservedContractAwarded

RECORDED_BY = "finance-directory"
SAID_NO_MORE = "The notices that it was taken from say it no more"


async def take_award(session: AsyncSession, said: ReservedContractAwarded, *, sequence: int, now: datetime) -> None:
    """Put the award on record, or correct its record; nothing where a body has entered it, or taken it back."""
    heard = await _lock_heard(session, said.reserved_award_id)
    if not heard.hear(sequence):
        return
    record = await session.get(ContractAward, heard.award_id, with_for_update=True) if heard.award_id else None
    if record is not None:
        record.correct(_read_values(said))
    elif await session.get(Body, said.authority) is not None:
        record = await _find_own(session, said) or _enter(session, said, now)
        record.note_process(said.ocid)
        await session.flush()
        heard.award_id = record.id
    await session.flush()


async def drop_award(session: AsyncSession, award_id: UUID, *, sequence: int, now: datetime) -> None:
    """Take the record back, if it rests on the notice alone. If the award comes late, it is not put on record."""
    heard = await _lock_heard(session, award_id)
    if not heard.hear(sequence) or heard.award_id is None:
        return
    record = await session.get_one(ContractAward, heard.award_id, with_for_update=True)
    if record.from_notice and record.withdrawn_at is None:
        record.withdraw(SAID_NO_MORE, now)
        heard.award_id = None
    await session.flush()


async def _lock_heard(session: AsyncSession, award_id: UUID) -> NoticedAward:
    await session.execute(insert(NoticedAward).values(id=award_id, sequence=0).on_conflict_do_nothing())
    return (await session.scalars(select(NoticedAward).where(NoticedAward.id == award_id).with_for_update())).one()


async def _find_own(session: AsyncSession, said: ReservedContractAwarded) -> ContractAward | None:
    """Find the record of the same contract that a body or a case entered: of the same day and kind of services, or
    taken from a notice of the same process. One that another award stands behind is another contract.
    """
    day, codes = said.entered_into_on or said.awarded_on, [CpvCode(each) for each in said.cpv]
    entered = await lock_unlinked(session, said.authority, said.provider)
    return next((each for each in entered if each.is_same(day, codes) or said.ocid in each.source), None)


def _enter(session: AsyncSession, said: ReservedContractAwarded, now: datetime) -> ContractAward:
    record = ContractAward(**_read_values(said), from_notice=True, recorded_by=RECORDED_BY, recorded_at=now)
    session.add(record)
    return record


def _read_values(said: ReservedContractAwarded) -> dict[str, Any]:
    """Read what a record holds. A name is not told: the number in the register stands for it."""
    unsigned = "; they do not say when it was entered into, and the day of the award stands for it"
    return {
        "authority_id": said.authority,
        "authority_known_by": said.authority_known_by,
        "provider": said.provider,
        "provider_name": said.provider,
        "cpv": said.cpv,
        "reserved_under": ReservationLaw(said.reserved_under),
        "awarded_on": said.awarded_on,
        "entered_into_on": said.entered_into_on or said.awarded_on,
        "source": f"Public notices of the process {said.ocid}{'' if said.entered_into_on else unsigned}",
    }
