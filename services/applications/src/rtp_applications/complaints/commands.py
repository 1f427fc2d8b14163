"""Commands on complaints on data protection: made by a person through a client, handled by the body."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import find_open_bodies
from rtp_applications.complaints.models import PrivacyComplaint
from rtp_applications.complaints.queries import get_complaint
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.definition import Caller
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.problems import FieldError


async def complain(
    session: AsyncSession, *, body: str, subject: str, caller: Caller, now: datetime
) -> PrivacyComplaint:
    """Make a complaint to a body, which learns of it at once."""
    found = (await find_open_bodies(session, [body], today=civil_date(now))).get(body)
    if found is None:
        raise UnknownBody(errors=[FieldError("/body", "not a body that exists today")])
    complaint = PrivacyComplaint(
        body_id=found.id,
        made_by=caller.person,
        holder=caller.vouching_client,
        subject=subject,
        received_at=now,
        readers=[caller.vouching_client, organisation_identity(found.id), *SYSTEM],
        version=1,
    )
    session.add(complaint)
    await session.flush()
    return complaint


async def handle(
    session: AsyncSession, complaint_id: UUID, change: Callable[[PrivacyComplaint], None], *, caller: Caller
) -> PrivacyComplaint:
    """Let the body that the complaint was made to change it."""
    complaint = await get_complaint(session, complaint_id, readers=caller.identities, lock=True)
    complaint.require_body(caller.identities)
    change(complaint)
    await session.flush()
    return complaint
