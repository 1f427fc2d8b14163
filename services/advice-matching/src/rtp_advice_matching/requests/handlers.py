"""Handlers of other services' events. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.requests import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import CaseSubmitted


async def handle_case_submitted(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseSubmitted)
    await commands.open_request(
        session,
        case,
        readers=context.readers,
        sequence=context.event.sequence,
        rules=context.resources.rules,
        now=context.outbox.clock(),
        outbox=context.outbox,
    )


HANDLERS = {CaseSubmitted.TYPE: handle_case_submitted}
