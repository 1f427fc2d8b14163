"""Commands on requests for access: made by a person through a client, answered by whoever answers for the data."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.subject_access.models import SubjectAccessRequest
from rtp_applications.subject_access.queries import get_request
from rtp_applications.workflow.definition import Caller
from rtp_shared.contracts.subject_data import OVERSEE
from rtp_shared.identities import SYSTEM


async def request_access(
    session: AsyncSession, *, person: str, scope: str | None, caller: Caller, now: datetime
) -> SubjectAccessRequest:
    """Note that a person asked, through the client that vouches for them."""
    request = SubjectAccessRequest(
        person=person,
        holder=caller.vouching_client,
        scope=scope,
        received_at=now,
        readers=[caller.vouching_client, f"scope:{OVERSEE}", *SYSTEM],
        version=1,
    )
    session.add(request)
    await session.flush()
    return request


async def handle(
    session: AsyncSession, request_id: UUID, change: Callable[[SubjectAccessRequest], None], *, caller: Caller
) -> SubjectAccessRequest:
    """Let whoever knows of the request change it."""
    request = await get_request(session, request_id, readers=caller.identities, lock=True)
    change(request)
    await session.flush()
    return request
