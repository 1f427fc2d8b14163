"""Erasing what people wrote of an engagement, a profile, or who somebody was, on request.

What must stay to be checked stays: engagements with their days and hours, ratings, chains of events, and certificates
of rounds, which name advisers by their ids alone; what a certificate says of a group is withheld from it on request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.engagements.models import Engagement
from rtp_advice_matching.erasures import queries
from rtp_advice_matching.erasures.errors import NobodyNamed, NotSaidOfWhat, NotYoursToErase
from rtp_advice_matching.erasures.findings import TextKind, compute_version
from rtp_advice_matching.erasures.models import Eraser, ErasureReason, ErasureScope, SupportErasure
from rtp_advice_matching.erasures.reach import ERASE, ErasureReach, find_reach, reach_request
from rtp_advice_matching.fairness.models import FairnessBounds
from rtp_advice_matching.repairs.models import Override
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.stored_answers import erase_stored_answers
from rtp_shared.db import system_scope
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, Principal, organisation_identity
from rtp_shared.problems import FieldError

_OTHERS = "texts are found and erased in all rows of an engagement, and only those within reach"

RECORDS_KEEPER = "records-keeper"
"""In place of a client: the time of keeping the case is over."""


@dataclass(frozen=True, slots=True)
class ErasureSubject:
    """What an erasure is of, as the caller names it."""

    scope: ErasureScope
    id: UUID | None
    reference: str | None

    def require_id(self) -> UUID:
        if self.id is None or self.reference is not None:
            raise NotSaidOfWhat(errors=[FieldError("/id", f"is needed, and no reference, for {self.scope}")])
        return self.id

    def require_reference(self) -> str:
        if self.reference is None or self.id is not None:
            raise NotSaidOfWhat(errors=[FieldError("/reference", "is needed, and no id, for a person")])
        return self.reference


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Why it is erased, by whom and when, and what they were shown before."""

    reason: ErasureReason
    version: Expected
    actor: Principal
    now: datetime


async def preview(session: AsyncSession, subject: ErasureSubject, *, actor: Principal) -> tuple[dict[str, int], int]:
    """Return what would be erased, counted by kind, and the number that stands for it."""
    if subject.scope is ErasureScope.PERSON:
        reference = _require_operator(subject, actor)
        async with system_scope(session, _OTHERS):
            named = await _require_named(session, reference)
        return {TextKind.PERSON_REFERENCES: sum(each.count_places(reference) for each in named)}, compute_version(named)
    reach = await find_reach(session, subject.scope, subject.require_id(), actor=actor)
    async with system_scope(session, _OTHERS):
        found = await queries.find_texts(session, reach)
    return found.counts, found.version


async def erase(session: AsyncSession, subject: ErasureSubject, order: ErasureOrder) -> tuple[UUID, bool]:
    """Erase what is within the caller's reach; return the record of it, and whether anything was to be done.

    Where all of it was erased before, that is the record of then.
    """
    if subject.scope is ErasureScope.PERSON:
        return await _forget_person(session, subject, order), True
    subject_id = subject.require_id()
    reach = await find_reach(session, subject.scope, subject_id, actor=order.actor)
    async with system_scope(session, _OTHERS):
        await _lock(session, reach)
        found = await queries.find_texts(session, reach)
    if not any(found.counts.values()):
        earlier = await queries.find_earlier(session, subject.scope, subject_id, readers=order.actor.identities)
        # A text that was written and taken back again leaves an answer: since the erasure before, if there was one.
        since = earlier.erased_at if earlier else None
        await erase_stored_answers(session, found.answers, since=since)
        if earlier is not None:
            return earlier.id, False
    order.version.require(found.version)
    async with system_scope(session, _OTHERS):
        found.erase(now=order.now)
        await session.flush()
        if reach.request_id is not None:
            await _draw_salt(session, reach.request_id)
    await erase_stored_answers(session, found.answers)
    return await _record(session, subject.scope, subject_id, reach.eraser, found.counts, order), True


async def erase_of_case(session: AsyncSession, case_id: UUID, *, now: datetime) -> None:
    """Erase all that was written of a destroyed case's support. A second time it finds and records nothing."""
    request_id = await session.scalar(select(SupportRequest.id).where(SupportRequest.case_id == case_id))
    if request_id is None:
        return
    reach = reach_request(request_id)
    await _lock(session, reach)
    found = await queries.find_texts(session, reach)
    if not any(found.counts.values()):
        return
    found.erase(now=now)
    await session.flush()
    await _draw_salt(session, request_id)
    await erase_stored_answers(session, found.answers)
    session.add(
        SupportErasure(
            scope=ErasureScope.SUPPORT_REQUEST,
            subject_id=request_id,
            reason=ErasureReason.NOT_NEEDED,
            eraser=Eraser.OPERATOR,
            client_id=RECORDS_KEEPER,
            counts=found.counts,
            readers=list(SYSTEM),
            erased_at=now,
        )
    )
    await session.flush()


async def _draw_salt(session: AsyncSession, request_id: UUID) -> None:
    """Draw another salt: without that of before, nobody finds out what was withheld from certificates by guessing."""
    salted = update(SupportRequest).where(SupportRequest.id == request_id)
    await session.execute(salted.values(round_salt=func.gen_random_uuid()))


async def _forget_person(session: AsyncSession, subject: ErasureSubject, order: ErasureOrder) -> UUID:
    """Put one pseudonym wherever a person is named who acted on rounds: that two persons acted can be checked still."""
    reference, pseudonym = _require_operator(subject, order.actor), uuid4()
    async with system_scope(session, _OTHERS):
        named = await _require_named(session, reference)
        order.version.require(compute_version(named))
        places = sum(each.rename_person(reference, f"erased.{pseudonym}") for each in named)
        await session.flush()
    await erase_stored_answers(session, [_get_id(each) for each in named])
    counts = {TextKind.PERSON_REFERENCES.value: places}
    return await _record(session, subject.scope, pseudonym, Eraser.OPERATOR, counts, order)


def _get_id(named: Override | FairnessBounds) -> UUID:
    return named.id if isinstance(named, Override) else named.organisation_id


async def _require_named(session: AsyncSession, reference: str) -> Sequence[Override | FairnessBounds]:
    named = await queries.find_named(session, reference)
    if not named:
        raise NobodyNamed
    return named


def _require_operator(subject: ErasureSubject, actor: Principal) -> str:
    if ERASE not in actor.scopes:
        raise NotYoursToErase(f"that needs the scope {ERASE}")
    return subject.require_reference()


async def _lock(session: AsyncSession, reach: ErasureReach) -> None:
    """Lock what is written under: the support requests in one order, then the adviser. Nobody waits in a ring."""
    engaged = select(Engagement.request_id).where(reach.engagements)
    within = SupportRequest.id.in_(engaged) | (SupportRequest.id == reach.request_id)
    requests = select(SupportRequest.id).where(within).order_by(SupportRequest.id)
    await session.execute(requests.with_for_update())
    if reach.adviser_id is not None:
        profile = select(Adviser.id).where(Adviser.id == reach.adviser_id)
        await session.execute(profile.with_for_update(key_share=True))


async def _record(
    session: AsyncSession,
    scope: ErasureScope,
    subject_id: UUID,
    eraser: Eraser,
    counts: Mapping[str, int],
    order: ErasureOrder,
) -> UUID:
    """Keep that it was done. A staff group's client stands for itself: its council's other clients do not see it."""
    actor = order.actor
    own = actor.own_identity if eraser is Eraser.GROUP else organisation_identity(actor.organisation)
    erasure = SupportErasure(
        scope=scope,
        subject_id=subject_id,
        reason=order.reason,
        eraser=eraser,
        client_id=actor.client_id,
        counts=dict(counts),
        readers=[own, *SYSTEM],
        erased_at=order.now,
    )
    session.add(erasure)
    await session.flush()
    return erasure.id
