"""Handlers of what applications tells of a destroyed case: an event may come twice, late or never."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.erasures.commands import erase_of_case
from rtp_shared.consumer import Handler, HandlerContext
from rtp_shared.contracts.applications import CaseDisposed


async def handle_case_disposed(session: AsyncSession, heard: HandlerContext) -> None:
    case = heard.event.read_as(CaseDisposed)
    await erase_of_case(session, case.case_id, now=heard.outbox.clock())


HANDLERS: dict[str, Handler] = {CaseDisposed.TYPE: handle_case_disposed}
