"""What is heard from other services. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn


async def case_submitted(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseSubmitted)
    await commands.make_shortlist(session, case, readers=heard.readers, outbox=heard.outbox)


async def case_withdrawn(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseWithdrawn)
    await commands.close_shortlist(session, case, readers=heard.readers)
