"""Commands on needs, each in the row lock of their support request. After each, the request has their topics."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.needs.models import CaseProgress, NeedState, SupportNeed
from rtp_advice_matching.needs.publishing import publish_change
from rtp_advice_matching.needs.rules import (
    HeardCase,
    KindSought,
    NeedDue,
    NeedSource,
    find_end,
    is_covered,
    list_due,
)
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.outbox import Outbox


async def lock_progress(session: AsyncSession, case_id: UUID) -> CaseProgress:
    """Return what was heard of a case with its row locked, always before the request's. It is made where it is new."""
    blank = {"case_id": case_id, "asked": [], "status_sequence": 0, "stage_sequence": 0, "reached": {}, "barriers": {}}
    await session.execute(insert(CaseProgress).values(blank).on_conflict_do_nothing(index_elements=["case_id"]))
    query = select(CaseProgress).where(CaseProgress.case_id == case_id).with_for_update()
    return (await session.scalars(query)).one()


async def follow_case(
    session: AsyncSession, request: SupportRequest, facts: HeardCase, *, now: datetime, outbox: Outbox
) -> bool:
    """Bring the needs to what was heard of the case; return whether there is one more for somebody to meet."""
    every = {need.key: need for need in await list_needs(session, request.id)}
    before = {need: need.shown_state for need in every.values()}
    wanted = {need for need in every.values() if need.is_for_somebody}
    for due in list_due(facts):
        if due.key in every:
            every[due.key].follow(due, now=now)
        else:
            every[due.key] = SupportNeed.of(request.id, due, now=now)
            session.add(every[due.key])
    for need in every.values():
        if need.source is NeedSource.APPLICANTS:
            need.end(find_end(facts), now=now)
    await session.flush()
    request.follow_needs(list_topics(every.values()), stage=facts.stage, ended_as=facts.ended_as, now=now)
    for need in every.values():
        await publish_change(session, outbox, request, need, before=before.get(need), now=now)
    await session.flush()
    return any(need.is_for_somebody and need not in wanted for need in every.values())


async def add_own(
    session: AsyncSession, request: SupportRequest, due: NeedDue, *, now: datetime, outbox: Outbox
) -> SupportNeed:
    """Add a need that the staff group has by its own word."""
    need = SupportNeed.of(request.id, due, now=now)
    session.add(need)
    await session.flush()
    await settle(session, request, need, before=None, now=now, outbox=outbox)
    return need


async def settle(
    session: AsyncSession,
    request: SupportRequest,
    need: SupportNeed,
    *,
    before: NeedState | None,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Finish a change of one need: the request has its topics, and it is told."""
    await session.flush()
    topics = list_topics(await list_needs(session, request.id))
    request.follow_needs(topics, ended_as=request.ended_as, now=now)
    await publish_change(session, outbox, request, need, before=before, now=now)
    await session.flush()


async def take_up(
    session: AsyncSession, request: SupportRequest, adviser: Adviser, kind: AdviserKind, *, now: datetime
) -> None:
    """Say that an adviser who is at work, as one kind of support, is at what they cover and nobody is at."""
    for need in await list_needs(session, request.id):
        if need.shown_state is NeedState.OPEN and is_covered(
            need.kind, need.topic, adviser=kind, topics=adviser.topics
        ):
            need.take_up(kind, now=now)
    await session.flush()


async def finish(
    session: AsyncSession,
    request: SupportRequest,
    kind: AdviserKind | None,
    *,
    met: bool,
    now: datetime,
    outbox: Outbox,
) -> bool:
    """Say that what one kind of support was at is met, or open again; of every kind, where none is named.

    Return whether there is something for somebody to meet.
    """
    every = await list_needs(session, request.id)
    ending = [need for need in every if need.is_met_by(kind)]
    for need in ending:
        need.meet(now=now) if met else need.release(now=now)
    await session.flush()
    request.follow_needs(list_topics(every), ended_as=request.ended_as, now=now)
    for need in ending:
        await publish_change(session, outbox, request, need, before=NeedState.BEING_MET, now=now)
    await session.flush()
    return any(need.is_for_somebody for need in every)


async def list_needs(session: AsyncSession, request_id: UUID) -> Sequence[SupportNeed]:
    """List the needs of a request that the session may see, oldest first."""
    query = select(SupportNeed).where(SupportNeed.request_id == request_id).order_by(SupportNeed.id)
    return (await session.scalars(query)).all()


async def list_sought(session: AsyncSession, request_id: UUID) -> frozenset[AdviserKind]:
    """List the kinds of support that a need asks for by name, and that nobody is at."""
    return frozenset(
        AdviserKind(need.kind)
        for need in await list_needs(session, request_id)
        if need.kind is not KindSought.INFORMATION and need.shown_state is NeedState.OPEN
    )


def list_topics(every: Iterable[SupportNeed]) -> list[str]:
    """List the topics that somebody is to advise on, each once. What a barrier brought is left out: networks and
    whoever else sees the request must not learn of a barrier by it.
    """
    wanted = (need.topic for need in every if need.is_for_somebody and need.source is not NeedSource.BARRIER)
    return list(dict.fromkeys(topic for topic in wanted if topic is not None))
