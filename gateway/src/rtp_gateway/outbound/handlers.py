"""The handler of all events: each is recorded, and offered to the subscriptions that it is for."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.events.commands import record_event
from rtp_gateway.outbound.subscriptions.offers import offer_event
from rtp_shared.consumer import EVERYTHING, Handler, HandlerContext


async def record_and_offer(session: AsyncSession, heard: HandlerContext) -> None:
    position = await record_event(session, heard)
    await offer_event(session, position=position, event=heard.event, readers=heard.readers)


HANDLERS: dict[str, Handler] = {EVERYTHING: record_and_offer}
