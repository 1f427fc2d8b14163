"""Reading the feed. Row-level security stands behind the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, Text, any_, bindparam, cast, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.models import Client
from rtp_gateway.outbound.backlog.models import Delivery
from rtp_gateway.outbound.events.models import Event
from rtp_shared.db import AnyRow, AnySelect, visible_to
from rtp_shared.identities import Principal


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A choice of events; all that the reader may see where it names nothing."""

    types: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """Attributes of `rtp_shared.contracts.events.FILTER_ATTRIBUTES`, and the values that they must have."""
    subscription: UUID | None = None
    """Only what was offered to this one, which must be the reader's own."""


EVERYTHING = EventQuery()


async def list_events(
    session: AsyncSession, *, principal: Principal, after: int, limit: int, query: EventQuery = EVERYTHING
) -> Sequence[AnyRow]:
    """Return the oldest first after a position, one row more than `limit` where more follow.

    A client that was deactivated or moved to another organisation gets nothing, though its token holds for a while.
    """
    statement = _build_statement(bool(query.types), bool(query.about), query.subscription is not None)
    parameters = {
        "client_id": principal.client_id,
        "readers": list(principal.identities),
        "after": after,
        "limit": limit + 1,
        "types": list(query.types),
        "about": dict(query.about),
        "subscription": query.subscription,
    }
    return (await session.execute(statement, parameters)).all()


@cache
def _build_statement(by_type: bool, by_about: bool, by_subscription: bool) -> AnySelect:
    """Build the statement for such a choice, once: many readers use it at every event."""
    client_id: BindParameter[str] = bindparam("client_id", type_=Text)
    readers: BindParameter[Sequence[str]] = bindparam("readers", type_=ARRAY(Text))
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
