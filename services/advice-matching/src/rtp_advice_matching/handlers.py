"""What is heard from other services."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn


async def case_submitted(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseSubmitted)
    await commands.open_request(session, case, readers=heard.readers, outbox=heard.outbox)


async def case_withdrawn(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseWithdrawn)
    await commands.close_request(session, case, readers=heard.readers)


HANDLERS = {CaseSubmitted.TYPE: case_submitted, CaseWithdrawn.TYPE: case_withdrawn}
