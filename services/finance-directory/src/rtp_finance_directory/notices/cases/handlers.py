"""Handlers of other services' events. An event may come twice, late or never."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.notices.cases import commands
from rtp_finance_directory.notices.matching import WatchedFacts
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseDisposed, CaseSubmitted, is_of_draft


async def handle_case_submitted(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseSubmitted)
    facts = WatchedFacts(
        case.sector, case.region, case.employer, case.commissioner, case.decision_body, case.annual_value_pence
    )
    await commands.watch_case(
        session,
        case.case_id,
        route=case.route,
        facts=facts,
        readers=context.readers,
        sequence=context.event.sequence,
    )


async def handle_case_changed(session: AsyncSession, context: HandlerContext) -> None:
    event, said = context.event, context.event.attributes
    if is_of_draft(event.source):  # counted apart, and told to fewer
        return
    bodies = {name: UUID(said[name]) for name in ("employer", "commissioner") if name in said}
    await commands.follow_case(
        session,
        event.subject_id,
        about=About(route=said.get("route"), sector=said.get("sector"), region=said.get("region"), **bodies),
        readers=context.readers,
        sequence=event.sequence,
    )


async def handle_case_disposed(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseDisposed)
    now, sequence = context.outbox.clock(), context.event.sequence
    await commands.empty_watch(session, case.case_id, readers=context.readers, sequence=sequence, now=now)


async def handle_case_ended(session: AsyncSession, context: HandlerContext) -> None:
    if not is_of_draft(context.event.source):
        await commands.end_watch(session, context.event.subject_id, now=context.outbox.clock())
