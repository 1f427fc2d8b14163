"""Recording events."""

import hashlib
import json

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts import FILTER_ATTRIBUTES
from rtp_shared.db import get_driver
from rtp_shared.identities import SYSTEM

# Every event of every service comes through here: past SQLAlchemy it takes a fifth of the time.
_RECORD = """
    INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about, correlation_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    RETURNING position
"""


async def record_event(session: AsyncSession, heard: HandlerContext) -> int:
    """Store an event with its bytes untouched; return its position in the feed."""
    event, body = heard.event, heard.message.body
    about = {name: event.attributes[name] for name in FILTER_ATTRIBUTES if event.attributes.get(name)}
    position: int = await (await get_driver(session)).fetchval(
        _RECORD,
        event.id,
        event.type,
        event.subject_id,
        event.source,
        event.sequence,
        list(dict.fromkeys([*heard.readers, *SYSTEM])),
        body,
        hashlib.sha256(body).digest(),
        json.dumps(about),
        event.correlation_id,
    )
    return position
