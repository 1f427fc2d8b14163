"""Taking an event into the feed."""

import hashlib

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.feed.models import Event
from rtp_shared.consumer import Heard
from rtp_shared.db import SYSTEM
from rtp_shared.events import FILTERED_BY


async def record(session: AsyncSession, heard: Heard) -> int:
    """Store an event with its bytes untouched; return its position in the feed."""
    event = heard.event
    statement = insert(Event).values(
        event_id=event.id,
        type=event.type,
        case_id=event.case_id,
        source=event.source,
        sequence=event.sequence,
        readers=list(dict.fromkeys([*heard.readers, *SYSTEM])),
        body=heard.message.body,
        hash=hashlib.sha256(heard.message.body).digest(),
        about={name: event.attributes[name] for name in FILTERED_BY if event.attributes.get(name)},
        correlation_id=event.correlation_id,
    )
    return (await session.execute(statement.returning(Event.position))).scalar_one()
