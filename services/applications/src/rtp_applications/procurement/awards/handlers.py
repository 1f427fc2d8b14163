"""Handlers of what finance-directory reads in public notices. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.procurement.awards import noticed
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.finance_directory import ReservedAwardWithdrawn, ReservedContractAwarded


async def handle_reserved_contract_awarded(session: AsyncSession, heard: HandlerContext) -> None:
    said = heard.event.read_as(ReservedContractAwarded)
    await noticed.take_award(session, said, sequence=heard.event.sequence, now=heard.outbox.clock())


async def handle_reserved_award_withdrawn(session: AsyncSession, heard: HandlerContext) -> None:
    award_id = heard.event.read_as(ReservedAwardWithdrawn).reserved_award_id
    await noticed.drop_award(session, award_id, sequence=heard.event.sequence, now=heard.outbox.clock())


HANDLERS = {
    ReservedContractAwarded.TYPE: handle_reserved_contract_awarded,
    ReservedAwardWithdrawn.TYPE: handle_reserved_award_withdrawn,
}
