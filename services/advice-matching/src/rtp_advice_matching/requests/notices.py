"""What networks are told when their people are proposed: each in a chain of its own; none learns of its rivals."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.own_traces import begin_own_trace
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.contracts.advice_matching import AdviserProposed, AdvisersProposed
from rtp_shared.contracts.events import compute_digest
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.outbox import Outbox

Proposed = tuple[uuid.UUID, uuid.UUID]
"""A network, and one of its people who was proposed."""


class NetworkNotice(Model):
    """What one network is told of one support request: a chain of events. It is written in the request's row lock."""

    __tablename__ = "network_notices"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_requests.id"))
    network_id: Mapped[uuid.UUID]
    sequence: Mapped[int]
    """Number of events in its chain."""
    event_hash: Mapped[str | None]

    __table_args__ = (UniqueConstraint("request_id", "network_id"),)

    def count_event(self, body: bytes) -> None:
        self.sequence += 1
        self.event_hash = compute_digest(body)


async def tell_networks(
    session: AsyncSession, outbox: Outbox, request: SupportRequest, proposed: Iterable[Proposed], *, new: Sequence[str]
) -> None:
    """Tell each network which of its people were proposed just now; `new` are those that were told nothing before."""
    if new:
        with begin_own_trace():
            await _tell_once(session, outbox, request, readers=new)
    by_network: dict[uuid.UUID, list[uuid.UUID]] = {}
    for network_id, adviser_id in proposed:
        by_network.setdefault(network_id, []).append(adviser_id)
    for network_id, adviser_ids in by_network.items():
        with begin_own_trace():
            await _tell_network(session, outbox, request, network_id, adviser_ids)


async def _tell_network(
    session: AsyncSession,
    outbox: Outbox,
    request: SupportRequest,
    network_id: uuid.UUID,
    adviser_ids: Sequence[uuid.UUID],
) -> None:
    notice = await _get_notice(session, request.id, network_id)
    event = AdvisersProposed(
        network_notice_id=notice.id,
        support_request_id=request.id,
        own_adviser_ids=list(adviser_ids),
        proposed_at=request.proposed_at,
    )
    [body] = await outbox.publish(
        session,
        [event],
        subject_id=notice.id,
        sequence=notice.sequence + 1,
        previous=notice.event_hash,
        dataref=f"/v1/support-requests/{request.id}",
        readers=[organisation_identity(network_id), *SYSTEM],
    )
    notice.count_event(body)
    await session.flush()


async def _get_notice(session: AsyncSession, request_id: uuid.UUID, network_id: uuid.UUID) -> NetworkNotice:
    query = select(NetworkNotice).where(NetworkNotice.request_id == request_id, NetworkNotice.network_id == network_id)
    notice = await session.scalar(query)
    if notice is None:
        notice = NetworkNotice(request_id=request_id, network_id=network_id, sequence=0)
        session.add(notice)
        await session.flush()
    return notice


async def _tell_once(session: AsyncSession, outbox: Outbox, request: SupportRequest, *, readers: Sequence[str]) -> None:
    """Tell networks in the way of version 1: once, all in one chain of the request's."""
    event = AdviserProposed(case_id=request.case_id, support_request_id=request.id, proposed_at=request.proposed_at)
    await outbox.publish(
        session,
        [event],
        subject_id=request.id,
        sequence=1,
        previous=None,
        dataref=f"/v1/support-requests/{request.id}",
        readers=[*readers, *SYSTEM],
    )
