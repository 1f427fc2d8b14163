"""Erasing one person's data from stored events: HTTP in, HTTP out."""

from typing import Annotated

from fastapi import Depends

from rtp_gateway.outbound.erasure import commands
from rtp_gateway.outbound.erasure.schemas import Erased, Erasure
from rtp_shared.auth import Access
from rtp_shared.dependencies import Now, Session
from rtp_shared.identities import Principal
from rtp_shared.web import create_router

erasures = create_router(prefix="/v1/erasures", tags=["Erasure"])

Eraser = Annotated[Principal, Depends(Access("events:erase"))]


@erasures.post("")
async def erase(erasure: Erasure, _: Eraser, session: Session, now: Now) -> Erased:
    """Erase one person's data from all stored events and from what is kept of subscribers' answers.

    An erased event stays in its place with its attributes (`erasedat`, `eventhash`), so that sequences have no holes
    and hashes still prove the rest. Subscribers that it was sent to are told of nothing: they hold their own copies,
    and erase them on their own duty. To erase again does nothing.
    """
    return await commands.erase_person(session, erasure.reference, now=now)
