"""Handlers of other services' events. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.timing import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import CaseDisposed, DeadlineEvent, GoLiveDateSet, is_of_draft

GO_LIVE = "go-live"
"""The clock that ends on the day of going live."""


async def handle_go_live_date_set(session: AsyncSession, context: HandlerContext) -> None:
    event, said = context.event, context.event.read_as(GoLiveDateSet)
    await commands.set_go_live(session, said.case_id, said.go_live_on, readers=context.readers, sequence=event.sequence)


async def handle_deadline(session: AsyncSession, context: HandlerContext) -> None:
    """Read the day from the clock that ends on it: of cases whose day was set before anybody was told of it."""
    said = context.event.read_as(DeadlineEvent)
    if said.clock == GO_LIVE and not is_of_draft(context.event.source):
        await commands.set_go_live(
            session, said.case_id, said.due_on, readers=context.readers, sequence=context.event.sequence
        )


async def handle_case_disposed(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseDisposed)
    await commands.forget_timing(session, case.case_id, sequence=context.event.sequence)


async def handle_readers_changed(session: AsyncSession, context: HandlerContext) -> None:
    event = context.event
    if not is_of_draft(event.source):
        await commands.follow_timing(session, event.subject_id, readers=context.readers, sequence=event.sequence)
