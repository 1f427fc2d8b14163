"""What is heard from the services: everything."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.feed.commands import record
from rtp_gateway.subscriptions.offers import offer
from rtp_shared.consumer import EVERYTHING, Handler, HandlerContext


async def event_published(session: AsyncSession, heard: HandlerContext) -> None:
    position = await record(session, heard)
    await offer(session, position=position, event=heard.event, readers=heard.readers)


HANDLERS: dict[str, Handler] = {EVERYTHING: event_published}
