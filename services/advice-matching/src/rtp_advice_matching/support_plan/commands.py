"""Commands on a staff group's support plan: it follows its case, and the group edits it.

What was heard of the case is locked first, then the support request, then an adviser: nobody waits in a ring.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rtp_advice_matching.engagements import commands as engagements
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.days import find_civil_date
from rtp_advice_matching.engagements.searching import find_beside, look_through, search_anew
from rtp_advice_matching.needs import commands as needs
from rtp_advice_matching.needs.errors import CaseHasEnded, NeedExists, NoSuchNeed, NotForYouToEdit
from rtp_advice_matching.needs.models import CaseProgress, NeedState, NotNeededReason, SupportNeed
from rtp_advice_matching.needs.queries import is_known_to
from rtp_advice_matching.needs.rules import WITHDRAWN, KindSought, NeedDue, NeedSource, make_own_key
from rtp_advice_matching.requests import commands as requests
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_shared.contracts.applications import (
    BarrierClosed,
    BarrierRaised,
    CaseMoved,
    CaseSubmitted,
    CaseTransferred,
    CaseWithdrawn,
)
from rtp_shared.db import system_scope
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal


async def open_plan(context: EngagementContext, case: CaseSubmitted, *, readers: Sequence[str], sequence: int) -> None:
    """Open the case's support request with its needs, and propose advisers; do nothing where that was done."""
    progress = await needs.lock_progress(context.session, case.case_id)
    request = await requests.learn_case(context.session, case, readers=readers, sequence=sequence, now=context.now)
    if request is None:
        return
    progress.learn(case.route, case.support_needs)
    progress.note_status(case.status, sequence=sequence, on=find_civil_date(case.submitted_at))
    await _follow(context, progress, request)
    await search_anew(context, request)


async def move_case(context: EngagementContext, case: CaseMoved, *, sequence: int) -> None:
    """Open the needs of the stage to which a case has come, and let rest those of the stage that it has left."""
    progress = await needs.lock_progress(context.session, case.case_id)
    progress.note_status(case.status, sequence=sequence, on=find_civil_date(case.at))
    await _follow_if_known(context, progress)


async def transfer_case(
    context: EngagementContext, case: CaseTransferred, *, readers: Sequence[str], sequence: int
) -> None:
    """Show the plan to the successor of a body that ended, before anything else is told of it."""
    await needs.lock_progress(context.session, case.case_id)
    await engagements.follow_readers(context, case.case_id, readers=readers, sequence=sequence)
    await move_case(context, case, sequence=sequence)


async def withdraw_case(
    context: EngagementContext, case: CaseWithdrawn, *, readers: Sequence[str], sequence: int
) -> None:
    """Let every need rest, and end what belongs to the case. A draft has nothing."""
    if case.withdrawn_from == requests.NEVER_SUBMITTED:
        return
    progress = await needs.lock_progress(context.session, case.case_id)
    progress.note_status(WITHDRAWN, sequence=sequence, on=find_civil_date(case.withdrawn_at))
    await _follow_if_known(context, progress)
    await engagements.close(context, case, readers=readers)


async def note_barrier(
    context: EngagementContext, barrier: BarrierRaised | BarrierClosed, *, readers: Sequence[str]
) -> None:
    """Open the need that a barrier brings, for those who were told of it; let it rest once the barrier is closed."""
    progress = await needs.lock_progress(context.session, barrier.case_id)
    progress.note_barrier(
        barrier.barrier_id,
        kind=barrier.kind,
        on=find_civil_date(barrier.at),
        readers=readers,
        closed=isinstance(barrier, BarrierClosed),
    )
    await _follow_if_known(context, progress)


async def add_need(
    context: EngagementContext, request_id: UUID, *, kind: KindSought, topic: str | None, actor: Principal
) -> UUID:
    """Add a need that the staff group has by its own word, and look for somebody who meets it."""
    request = await requests.lock_seen(context.session, request_id, actor=actor)
    _require_opener(request, actor)
    _require_going_on(request)
    key = make_own_key(kind, topic)
    found = await context.session.scalar(
        select(SupportNeed.id).where(SupportNeed.request_id == request_id, SupportNeed.key == key)
    )
    if found is not None:
        raise NeedExists(f"it is /v1/support-requests/{request_id}/needs/{found}; one that was closed can be reopened")
    due = NeedDue(key, NeedSource.APPLICANTS, kind, topic, request.stage or "", rests=None)
    need = await needs.add_own(context.session, request, due, now=context.now, outbox=context.outbox)
    await _search_for_group(context, request, need)
    return need.id


async def change_need(
    context: EngagementContext,
    request_id: UUID,
    need_id: UUID,
    *,
    state: NeedState,
    reason: NotNeededReason | None,
    version: Expected,
    actor: Principal,
) -> None:
    """Do as the staff group says of a need; look for somebody where it is open anew."""
    request = await requests.lock_seen(context.session, request_id, actor=actor)
    known = is_known_to(actor.identities)
    need = await context.session.scalar(
        select(SupportNeed).where(SupportNeed.id == need_id, SupportNeed.request_id == request_id, known)
    )
    if need is None:
        raise NoSuchNeed
    _require_opener(request, actor)
    need.expect(version)
    _require_going_on(request)
    before = need.shown_state
    need.change(state, reason, now=context.now)
    await needs.settle(context.session, request, need, before=before, now=context.now, outbox=context.outbox)
    if before is not need.shown_state:
        await _search_for_group(context, request, need)


async def change_preferences(
    context: EngagementContext,
    request_id: UUID,
    preferences: Mapping[str, Any],
    *,
    version: Expected,
    actor: Principal,
) -> None:
    """Take over what the group asks of its adviser, and look through its proposals. What changes nothing counts no
    version.
    """
    request = await requests.lock_seen(context.session, request_id, actor=actor)
    request.expect(version, by=actor.own_identity)
    _require_going_on(request)
    request.require_looking(find_beside(request, await needs.list_sought(context.session, request.id)))
    if request.prefer(preferences):
        async with system_scope(context.session, "who fits is looked for among the people of all networks"):
            await look_through(context, request)


async def _follow_if_known(context: EngagementContext, progress: CaseProgress) -> None:
    """Bring the plan to what was heard, unless the submission is still to come, or there was none here."""
    await context.session.flush()
    request = await requests.find_request(context.session, progress.case_id)
    if request is None or not request.is_learned:
        return
    if progress.route is None:  # opened by a process of a release that kept no progress
        progress.learn(request.route or "", request.topics)
    if await _follow(context, progress, request):
        await search_anew(context, request)


async def _follow(context: EngagementContext, progress: CaseProgress, request: SupportRequest) -> bool:
    await context.session.flush()
    return await needs.follow_case(context.session, request, progress.facts, now=context.now, outbox=context.outbox)


async def _search_for_group(context: EngagementContext, request: SupportRequest, need: SupportNeed) -> None:
    """Look for somebody who meets a need that is open now. Whoever is at work is not disturbed."""
    if need.shown_state is NeedState.OPEN and need.is_for_somebody:
        async with system_scope(context.session, "advisers are ranked whose networks the staff group does not see"):
            await search_anew(context, request)


def _require_opener(request: SupportRequest, actor: Principal) -> None:
    if request.opener != actor.own_identity:
        raise NotForYouToEdit


def _require_going_on(request: SupportRequest) -> None:
    if request.ended_as is not None or request.status is SupportStatus.CLOSED:
        raise CaseHasEnded(f"it is {request.ended_as or WITHDRAWN}")
