"""The handler of all events: each is recorded, and offered to the subscriptions that it is for.

Of a case that was destroyed the data of all its other events goes.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.erasure.commands import erase_events_of
from rtp_gateway.outbound.events.commands import record_event
from rtp_gateway.outbound.subscriptions.offers import offer_event
from rtp_shared.consumer import EVERYTHING, Handler, HandlerContext
from rtp_shared.contracts.applications import CaseDisposed


async def record_and_offer(session: AsyncSession, heard: HandlerContext) -> None:
    position = await record_event(session, heard)
    await offer_event(session, position=position, event=heard.event, readers=heard.readers)
    if heard.event.type == CaseDisposed.TYPE:
        await erase_events_of(session, heard.event.subject_id, but=position, now=heard.outbox.clock())


HANDLERS: dict[str, Handler] = {EVERYTHING: record_and_offer}
