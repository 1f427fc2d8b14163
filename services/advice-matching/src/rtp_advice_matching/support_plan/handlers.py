"""Handlers of what applications tells of a case: an event may come twice, late or never. A draft is not heard of."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.engagements import commands as engagements
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.support_plan import commands
from rtp_shared.consumer import Handler, HandlerContext
from rtp_shared.contracts.applications import (
    BarrierClosed,
    BarrierRaised,
    CaseMoved,
    CaseSubmitted,
    CaseTransferred,
    CaseWithdrawn,
    PartyChanged,
    is_of_draft,
)


async def handle_case_submitted(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseSubmitted)
    context = _build_context(session, heard)
    await commands.open_plan(context, case, readers=heard.readers, sequence=heard.event.sequence)


async def handle_case_moved(session: AsyncSession, heard: HandlerContext) -> None:
    if is_of_draft(heard.event.source):  # counted apart, and told to fewer
        return
    case = heard.event.read_as(CaseMoved)
    await commands.move_case(_build_context(session, heard), case, sequence=heard.event.sequence)


async def handle_case_withdrawn(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseWithdrawn)
    context = _build_context(session, heard)
    await commands.withdraw_case(context, case, readers=heard.readers, sequence=heard.event.sequence)


async def handle_readers_changed(session: AsyncSession, heard: HandlerContext) -> None:
    event = heard.event
    if is_of_draft(event.source):
        return
    context = _build_context(session, heard)
    await engagements.follow_readers(context, event.subject_id, readers=heard.readers, sequence=event.sequence)


async def handle_case_transferred(session: AsyncSession, heard: HandlerContext) -> None:
    if is_of_draft(heard.event.source):
        return
    case = heard.event.read_as(CaseTransferred)
    context = _build_context(session, heard)
    await commands.transfer_case(context, case, readers=heard.readers, sequence=heard.event.sequence)


async def handle_barrier_raised(session: AsyncSession, heard: HandlerContext) -> None:
    barrier = heard.event.read_as(BarrierRaised)
    await commands.note_barrier(_build_context(session, heard), barrier, readers=heard.readers)


async def handle_barrier_closed(session: AsyncSession, heard: HandlerContext) -> None:
    barrier = heard.event.read_as(BarrierClosed)
    await commands.note_barrier(_build_context(session, heard), barrier, readers=heard.readers)


def _build_context(session: AsyncSession, heard: HandlerContext) -> EngagementContext:
    return EngagementContext(session, heard.outbox, heard.outbox.clock(), heard.resources)


HANDLERS: dict[str, Handler] = {
    **{move.TYPE: handle_case_moved for move in CaseMoved.__subclasses__()},
    CaseSubmitted.TYPE: handle_case_submitted,
    CaseWithdrawn.TYPE: handle_case_withdrawn,
    CaseTransferred.TYPE: handle_case_transferred,
    PartyChanged.TYPE: handle_readers_changed,
    BarrierRaised.TYPE: handle_barrier_raised,
    BarrierClosed.TYPE: handle_barrier_closed,
}
