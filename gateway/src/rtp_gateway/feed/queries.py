"""Reading the feed. Row-level security stands behind the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Text, any_, bindparam, cast, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries.models import Delivery
from rtp_gateway.feed.models import Event
from rtp_gateway.identity.models import Client
from rtp_shared.db import AnyRow, AnySelect, visible_to
from rtp_shared.identities import Principal


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a reader asks for; all that it may see where it names nothing."""

    types: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """Attributes of `rtp_shared.contracts.events.FILTER_ATTRIBUTES`, and the values that they must have."""
    subscription: UUID | None = None
    """Only what was made for this one, which must be the reader's own."""


EVERYTHING = Wanted()


async def list_events(
    session: AsyncSession, *, principal: Principal, after: int, limit: int, wanted: Wanted = EVERYTHING
) -> Sequence[AnyRow]:
    """Oldest first from behind a position, one row more than `limit` where more follow.

    A client that was deactivated or moved to another organisation gets nothing, though its token holds for a while.
    """
    statement = _events(bool(wanted.types), bool(wanted.about), wanted.subscription is not None)
    asked = {
        "client_id": principal.client_id,
        "readers": list(principal.identities),
        "after": after,
        "limit": limit + 1,
        "types": list(wanted.types),
        "about": dict(wanted.about),
        "subscription": wanted.subscription,
    }
    return (await session.execute(statement, asked)).all()


@cache
def _events(by_type: bool, by_about: bool, by_subscription: bool) -> AnySelect:
    """The statement for such a choice, built once: many readers ask it at every event."""
    client_id: BindParameter[str] = bindparam("client_id", type_=Text)
    readers: BindParameter[Any] = bindparam("readers", type_=ARRAY(Text))
    own = literal("org:") + cast(Client.organisation, Text)
    active = select(Client.client_id).where(Client.client_id == client_id, Client.active, own == any_(readers))
    query: AnySelect = (
        select(Event.position, Event.type, Event.body)
        .where(Event.position > bindparam("after"), visible_to(Event.readers, readers), active.exists())
        .order_by(Event.position)
        .limit(bindparam("limit"))
    )
    if by_type:
        query = query.where(Event.type == any_(bindparam("types", type_=ARRAY(Text))))
    if by_about:
        query = query.where(Event.about.contains(bindparam("about", type_=JSONB)))
    if by_subscription:
        query = query.join(Delivery, Delivery.position == Event.position).where(
            Delivery.subscription_id == bindparam("subscription"), Delivery.client_id == client_id
        )
    return query
