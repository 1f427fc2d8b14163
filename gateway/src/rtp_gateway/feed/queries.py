"""Reading the feed. Row-level security stands behind the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries.models import Delivery
from rtp_gateway.feed.models import Event
from rtp_gateway.identity.models import Client
from rtp_shared.auth import Principal
from rtp_shared.db import AnyRow, AnySelect, visible_to


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a reader asks for; all that it may see where it names nothing."""

    types: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """Attributes of `rtp_shared.events.FILTERED_BY`, and the values that they must have."""
    subscription: UUID | None = None
    """Only what was made for this one, which must be the reader's own."""


EVERYTHING = Wanted()


async def list_events(
    session: AsyncSession, *, principal: Principal, after: int, limit: int, wanted: Wanted = EVERYTHING
) -> Sequence[AnyRow]:
    """Oldest first from behind a position, one row more than `limit` where more follow.

    A client that was deactivated gets nothing, though its token still holds for a while.
    """
    active = select(Client.client_id).where(Client.client_id == principal.client_id, Client.active)
    query: AnySelect = (
        select(Event.position, Event.type, Event.body)
        .where(Event.position > after, visible_to(Event.readers, principal.readers), active.exists())
        .order_by(Event.position)
        .limit(limit + 1)
    )
    if wanted.types:
        query = query.where(Event.type.in_(wanted.types))
    if wanted.about:
        query = query.where(Event.about.contains(dict(wanted.about)))
    if wanted.subscription is not None:
        query = query.join(Delivery, Delivery.position == Event.position).where(
            Delivery.subscription_id == wanted.subscription, Delivery.client_id == principal.client_id
        )
    return (await session.execute(query)).all()
