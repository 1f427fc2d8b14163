"""Publishing of what happens to a support request."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.contracts.advice_matching import SupportAgreed, SupportProposed
from rtp_shared.contracts.events import compute_digest
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
