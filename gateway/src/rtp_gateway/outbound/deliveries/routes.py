"""Deliveries of a subscription, for its owner: HTTP in, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_gateway.outbound.backlog.models import DeliveryState
from rtp_gateway.outbound.cursors import CursorRule
from rtp_gateway.outbound.deliveries import gaps, queries
from rtp_gateway.outbound.deliveries import replay as commands
from rtp_gateway.outbound.deliveries.retries import OPEN_AFTER
from rtp_gateway.outbound.deliveries.schemas import AttemptView, Chain, DeliveryView, Health, Replay, Replayed
from rtp_gateway.outbound.subscriptions.auth import Reader, SubscriptionId, Writer
from rtp_gateway.outbound.subscriptions.queries import get_subscription
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Output
from rtp_shared.web import create_router

deliveries = create_router(prefix="/v1/subscriptions/{subscription_id}", tags=["Deliveries"])

EventId = Annotated[UUID, Path(description="The event's id")]
DryRun = Annotated[bool, Query(alias="dryRun", description="Only count what would be sent")]
Hours = Annotated[int, Query(ge=1, le=720, description="How far back the figures go")]
OfCase = Annotated[UUID | None, Query(alias="caseId", description="Account for every number of this case")]


class Attempts(Output):
    """The attempts of one delivery."""

    items: list[AttemptView]


@deliveries.get("/deliveries")
async def list_deliveries(
    subscription_id: SubscriptionId,
    principal: Reader,
    session: Session,
    cursors: CursorRule,
    limit: Limit = 50,
    after: After = None,
    state: DeliveryState | None = None,
) -> Page[DeliveryView]:
    """List what was and is to be delivered to a subscription of yours, newest event first."""
    return await _list_page(subscription_id, principal, session, cursors, limit=limit, after=after, state=state)


@deliveries.get("/deliveries/{event_id}/attempts")
async def list_attempts(
    subscription_id: SubscriptionId, event_id: EventId, principal: Reader, session: Session
) -> Attempts:
    """List every try to deliver an event, oldest first: when, how long, what your sink answered.

    They are kept for 30 days, unless the operator has set another time.
    """
    await get_subscription(session, subscription_id, client_id=principal.client_id)
    rows = await queries.list_attempts(session, subscription_id, event_id)
    return Attempts(items=[AttemptView.model_validate(row) for row in rows])


@deliveries.get("/dead-letters")
async def list_dead_letters(
    subscription_id: SubscriptionId,
    principal: Reader,
    session: Session,
    cursors: CursorRule,
    limit: Limit = 50,
    after: After = None,
) -> Page[DeliveryView]:
    """List the events that rest because every try of three days failed, newest first.

    Each holds up the later events of its case until you replay or skip it; none is ever deleted.
    """
    return await _list_page(
        subscription_id, principal, session, cursors, limit=limit, after=after, state=DeliveryState.DEAD
    )


@deliveries.post(
    "/dead-letters/{event_id}/actions/replay",
    status_code=202,
    response_class=Response,
)
async def replay_dead_letter(
    subscription_id: SubscriptionId, event_id: EventId, principal: Writer, session: Session, now: Now
) -> Response:
    """Try a dead letter again, from the beginning of its schedule; its case goes on once it is through."""
    subscription = await get_subscription(session, subscription_id, client_id=principal.client_id)
    await commands.replay_dead_letter(session, subscription, event_id, now=now)
    return Response(status_code=202)


@deliveries.post("/dead-letters/{event_id}/actions/skip", status_code=204)
async def skip_dead_letter(
    subscription_id: SubscriptionId, event_id: EventId, principal: Writer, session: Session, now: Now
) -> None:
    """Give up a dead letter: later events of its case are sent without it. It stays listed, and can be replayed."""
    await get_subscription(session, subscription_id, client_id=principal.client_id)
    await commands.skip_dead_letter(session, subscription_id, event_id, now=now)


@deliveries.post("/actions/replay", status_code=202)
async def replay(
    subscription_id: SubscriptionId,
    query: Replay,
    principal: Writer,
    session: Session,
    now: Now,
    dry_run: DryRun = False,
) -> Replayed:
    """Have events sent again: by id, by case, or by the time of recording; at most 10,000 at once.

    By default only what your sink never acknowledged. `webhook-id` is that of the first time; `webhook-replay` counts
    your replays of it, so that you can tell what you asked for from a duplicate. Order per case holds among all that
    waits. Events from before the subscription are sent too, if you may see them and they pass its types and filters.
    """
    subscription = await get_subscription(session, subscription_id, client_id=principal.client_id)
    return await commands.replay(session, subscription, query, dry_run=dry_run, now=now)


@deliveries.get("/gaps")
async def list_gaps(
    subscription_id: SubscriptionId,
    principal: Reader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    case_id: OfCase = None,
) -> Page[Chain]:
    """List what you have not acknowledged, by case and publisher; `limit` counts cases.

    With `caseId`, account for every number of that case: what you see missing in `sequence` is listed here as missing,
    or as not for you.
    """
    await get_subscription(session, subscription_id, client_id=principal.client_id)
    if case_id is not None:
        return Page(items=await gaps.account_for_case(session, subscription_id, case_id), next=None)
    key = decode_cursor(after, UUID)
    chains = await gaps.list_gaps(session, subscription_id, limit=limit, after=key[0] if key else None)
    cases = list(dict.fromkeys(chain.case_id for chain in chains))
    page = cases[:limit]
    following = encode_cursor(page[-1]) if len(cases) > limit else None
    return Page(items=[chain for chain in chains if chain.case_id in page], next=following)


@deliveries.get("/health")
async def health(
    subscription_id: SubscriptionId, principal: Reader, session: Session, now: Now, hours: Hours = 24
) -> Health:
    """How a subscription fares: circuit, what waits and rests, success rate, times of answers, lag."""
    subscription = await get_subscription(session, subscription_id, client_id=principal.client_id)
    waiting = await queries.measure_backlog(session, subscription_id, now=now)
    figures = await queries.compute_figures(session, subscription_id, now=now, hours=hours)
    return Health(
        status=subscription.status,
        circuit="open" if subscription.failures >= OPEN_AFTER else "closed",
        failures=subscription.failures,
        failing_since=subscription.failing_since,
        rests_until=subscription.cooldown_until,
        disabled_at=subscription.disabled_at,
        next_probe_at=subscription.probe_at,
        waiting=waiting.waiting,
        dead_letters=waiting.dead_letters,
        oldest_waiting_seconds=waiting.oldest_waiting_seconds or 0,
        hours=hours,
        **figures._asdict(),
    )


async def _list_page(
    subscription_id: UUID,
    principal: Reader,
    session: Session,
    cursors: CursorRule,
    *,
    limit: int,
    after: str | None,
    state: DeliveryState | None,
) -> Page[DeliveryView]:
    list_ = f"deliveries:{subscription_id}"
    position = cursors.read(list_, after)
    await get_subscription(session, subscription_id, client_id=principal.client_id)
    rows = await queries.list_deliveries(session, subscription_id, limit=limit, after=position, state=state)
    page, last = cut(rows, limit)
    return Page(
        items=[DeliveryView.model_validate(row) for row in page], next=last and cursors.make(list_, last.position)
    )
