"""Handlers of other services' events. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.requests import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import CaseSubmitted, CaseTransferred, CaseWithdrawn, PartyChanged, is_of_draft


async def handle_case_submitted(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseSubmitted)
    await commands.open_request(
        session,
        case,
        readers=context.readers,
        sequence=context.event.sequence,
        now=context.outbox.clock(),
        outbox=context.outbox,
    )


async def handle_case_withdrawn(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseWithdrawn)
    await commands.close_request(session, case, readers=context.readers, now=context.outbox.clock())


async def handle_readers_changed(session: AsyncSession, context: HandlerContext) -> None:
    event = context.event
    if is_of_draft(event.source):  # counted apart, and told to fewer
        return
    await commands.follow_readers(session, event.subject_id, readers=context.readers, sequence=event.sequence)


HANDLERS = {
    CaseSubmitted.TYPE: handle_case_submitted,
    CaseWithdrawn.TYPE: handle_case_withdrawn,
    PartyChanged.TYPE: handle_readers_changed,
    CaseTransferred.TYPE: handle_readers_changed,
}
