"""Handlers of other services' events. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn


async def handle_case_submitted(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseSubmitted)
    await commands.open_request(
        session, case, readers=context.readers, now=context.outbox.clock(), outbox=context.outbox
    )


async def handle_case_withdrawn(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseWithdrawn)
    await commands.close_request(session, case, readers=context.readers, now=context.outbox.clock())


HANDLERS = {CaseSubmitted.TYPE: handle_case_submitted, CaseWithdrawn.TYPE: handle_case_withdrawn}
