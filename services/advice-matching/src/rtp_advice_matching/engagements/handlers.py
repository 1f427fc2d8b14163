"""Handlers of other services' events about who sees a case and its end. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.engagements import commands
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import CaseTransferred, CaseWithdrawn, PartyChanged, is_of_draft


async def handle_case_withdrawn(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseWithdrawn)
    await commands.close(_build_context(session, heard), case, readers=heard.readers)


async def handle_readers_changed(session: AsyncSession, heard: HandlerContext) -> None:
    event = heard.event
    if is_of_draft(event.source):  # counted apart, and told to fewer
        return
    context = _build_context(session, heard)
    await commands.follow_readers(context, event.subject_id, readers=heard.readers, sequence=event.sequence)


def _build_context(session: AsyncSession, heard: HandlerContext) -> EngagementContext:
    return EngagementContext(session, heard.outbox, heard.outbox.clock(), heard.resources)


HANDLERS = {
    CaseWithdrawn.TYPE: handle_case_withdrawn,
    PartyChanged.TYPE: handle_readers_changed,
    CaseTransferred.TYPE: handle_readers_changed,
}
