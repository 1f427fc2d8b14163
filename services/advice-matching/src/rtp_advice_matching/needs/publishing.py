"""Publishing of what happens to needs, each in a chain of its own: one that is hidden from somebody leaves no gap."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.needs.models import UNMET, NeedState, SupportNeed
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.contracts.advice_matching import NeedClosed, NeedOpened
from rtp_shared.contracts.events import compute_digest
from rtp_shared.identities import SYSTEM
from rtp_shared.outbox import Outbox


async def publish_change(
    session: AsyncSession,
    outbox: Outbox,
    request: SupportRequest,
    need: SupportNeed,
    *,
    before: NeedState | None,
    now: datetime,
) -> None:
    """Tell that a need was opened, anew too, or closed; `before` is how it was shown, None for one that is new."""
    event = _build_event(request, need, before, now)
    if event is None:
        return
    seeing_case = request.case_readers
    readers = seeing_case if need.readers is None else [each for each in need.readers if each in seeing_case]
    [body] = await outbox.publish(
        session,
        [event],
        subject_id=need.id,
        sequence=need.sequence + 1,
        previous=need.event_hash,
        dataref=f"/v1/support-requests/{request.id}/needs/{need.id}",
        readers=list(dict.fromkeys((*readers, *SYSTEM))),
        about=request.about,
    )
    need.sequence += 1
    need.event_hash = compute_digest(body)


def _build_event(
    request: SupportRequest, need: SupportNeed, before: NeedState | None, now: datetime
) -> NeedOpened | NeedClosed | None:
    shown = need.shown_state
    facts = {
        "need_id": need.id,
        "support_request_id": request.id,
        "case_id": request.case_id,
        "source": need.source,
        "kind_sought": need.kind,
        "topic": need.topic,
        "stage": need.stage,
        "at": now,
    }
    if shown is NeedState.OPEN and before is not NeedState.OPEN:
        return NeedOpened(**facts, again=before is not None)
    if shown not in UNMET and before in UNMET:
        return NeedClosed(**facts, state=shown, reason=need.shown_reason)
    return None
