"""Handlers of other services' events. An event may come twice, late or never."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.shortlists import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseDisposed, CaseSubmitted, CaseWithdrawn, is_of_draft


async def handle_case_submitted(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseSubmitted)
    await commands.make_shortlist(session, case, telling=_read_telling(context))


async def handle_case_withdrawn(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseWithdrawn)
    await commands.close_shortlist(session, case, readers=context.readers)


async def handle_case_disposed(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseDisposed)
    await commands.empty_shortlist(session, case, readers=context.readers)


async def handle_readers_changed(session: AsyncSession, context: HandlerContext) -> None:
    event = context.event
    if is_of_draft(event.source):  # counted apart, and told to fewer
        return
    await commands.follow_readers(session, event.subject_id, readers=context.readers, sequence=event.sequence)


async def handle_facts_changed(session: AsyncSession, context: HandlerContext) -> None:
    event = context.event
    if is_of_draft(event.source):
        return
    await commands.follow_facts(session, event.subject_id, about=_read_about(context), telling=_read_telling(context))


def _read_telling(context: HandlerContext) -> commands.Telling:
    return commands.Telling(
        readers=context.readers,
        sequence=context.event.sequence,
        now=context.outbox.clock(),
        outbox=context.outbox,
        bank_rates=context.resources.bank_rates,
    )


def _read_about(context: HandlerContext) -> About:
    said = context.event.attributes
    bodies = {name: UUID(said[name]) for name in ("employer", "commissioner") if name in said}
    return About(route=said.get("route"), sector=said.get("sector"), region=said.get("region"), **bodies)
