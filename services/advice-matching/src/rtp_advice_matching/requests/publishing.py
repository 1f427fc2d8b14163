"""Publishing of what happens to a support request."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.contracts.advice_matching import AdviserProposed, SupportAgreed, SupportProposed
from rtp_shared.contracts.events import compute_digest
from rtp_shared.identities import SYSTEM
from rtp_shared.outbox import Outbox


async def publish(
    session: AsyncSession,
    outbox: Outbox,
    request: SupportRequest,
    data: SupportProposed | SupportAgreed,
    *,
    readers: Sequence[str],
) -> None:
    """Publish an event in the request's chain, in its row lock."""
    [body] = await outbox.publish(
        session,
        [data],
        subject_id=request.case_id,
        sequence=request.sequence,
        previous=request.event_hash,
        dataref=f"/v1/support-requests/{request.id}",
        readers=readers,
        about=request.about,
    )
    request.event_hash = compute_digest(body)
    await session.flush()


async def tell_networks(
    session: AsyncSession, outbox: Outbox, request: SupportRequest, *, readers: Sequence[str]
) -> None:
    """Tell the networks whose advisers were proposed, in a chain of their own: none learns who else was."""
    if not readers:
        return
    assert request.proposed_at is not None  # noqa: S101 - they were proposed
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
