"""Handlers of other services' events. An event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.circumstances import commands
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts.applications import AssistanceRecorded, CaseDisposed, FinanceFactsChanged, is_of_draft

FACTS = {"legal_form", "annual_value_pence", "finance_sought_pence", "finance_purposes"}
ASSISTANCE = {"year_from", "counted_pence", "settled", "confirmed_on"}


async def handle_finance_facts_changed(session: AsyncSession, context: HandlerContext) -> None:
    event, said = context.event, context.event.read_as(FinanceFactsChanged)
    facts = said.model_dump(mode="json", include=FACTS)
    # Nothing sought is nothing said about the amount: every product would start above it.
    facts["finance_sought_pence"] = facts["finance_sought_pence"] or None
    await commands.keep_facts(session, said.case_id, facts, readers=context.readers, sequence=event.sequence)


async def handle_assistance_recorded(session: AsyncSession, context: HandlerContext) -> None:
    event, said = context.event, context.event.read_as(AssistanceRecorded)
    kept = said.model_dump(mode="json", include=ASSISTANCE)
    await commands.keep_assistance(session, said.case_id, kept, readers=context.readers, sequence=event.sequence)


async def handle_case_disposed(session: AsyncSession, context: HandlerContext) -> None:
    case = context.event.read_as(CaseDisposed)
    await commands.forget_finance(session, case.case_id, sequence=context.event.sequence)


async def handle_readers_changed(session: AsyncSession, context: HandlerContext) -> None:
    event = context.event
    if not is_of_draft(event.source):
        await commands.follow_finance(session, event.subject_id, readers=context.readers, sequence=event.sequence)
