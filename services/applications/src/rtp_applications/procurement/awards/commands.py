"""Commands on the records of awards: one is entered, or taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import find_open_bodies
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.procurement.awards.errors import AlreadyOnRecord, NoSuchAward, NotYourAward
from rtp_applications.procurement.awards.models import ContractAward
from rtp_applications.procurement.awards.queries import find_same_contract
from rtp_applications.procurement.awards.schemas import AwardGiven
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError, Invalid

OVERSEE = "cases:oversee"


async def record_award(session: AsyncSession, given: AwardGiven, *, actor: Principal, now: datetime) -> UUID:
    """Enter a contract that was awarded. The past is entered late, the future not at all. What is on record from a
    notice becomes the body's own.
    """
    today = civil_date(now)
    bodies = await find_open_bodies(session, [given.authority], today=today)
    if given.authority not in bodies:
        raise UnknownBody(errors=[FieldError("/authority", "not a body that exists today")])
    authority_id: UUID = bodies[given.authority].id
    _require_own(actor, authority_id)
    if given.entered_into_on > today:
        raise Invalid(errors=[FieldError("/enteredIntoOn", "that day has not come")])
    codes = _read_codes(given.cpv)
    values = {**given.model_dump(exclude={"authority", "cpv"}), "cpv": codes, "recorded_by": actor.client_id}
    award = await find_same_contract(session, authority_id, given.provider, given.entered_into_on, codes)
    if award is None:
        award = ContractAward(**values, authority_id=authority_id, recorded_at=now)
        session.add(award)
    elif award.from_notice:
        award.take_over(values)
    else:
        raise AlreadyOnRecord
    await session.flush()
    return award.id


async def withdraw_award(
    session: AsyncSession, award_id: UUID, *, reason: str, version: Expected, actor: Principal, now: datetime
) -> None:
    """Take a record back that is wrong. It stays, and counts no more."""
    found = await session.scalars(select(ContractAward).where(ContractAward.id == award_id).with_for_update())
    award = found.one_or_none()
    if award is None:
        raise NoSuchAward
    _require_own(actor, award.authority_id)
    version.require(award.version)
    award.withdraw(reason, now)
    await session.flush()


def _require_own(actor: Principal, authority_id: UUID) -> None:
    if actor.organisation != authority_id and OVERSEE not in actor.scopes:
        raise NotYourAward


def _read_codes(written: list[str]) -> list[str]:
    codes: dict[str, None] = {}
    for place, each in enumerate(written):
        try:
            codes[CpvCode.parse(each).digits] = None
        except ValueError as error:
            raise Invalid(errors=[FieldError(f"/cpv/{place}", str(error))]) from error
    return list(codes)
