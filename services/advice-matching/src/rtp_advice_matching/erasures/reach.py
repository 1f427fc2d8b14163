"""How far a caller's erasure reaches: which engagements, whose texts of them, and which profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.errors import NoSuchAdviser, NotYourNetwork
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import SHOWN
from rtp_advice_matching.engagements.errors import NoSuchEngagement
from rtp_advice_matching.engagements.models import Engagement, EngagementSide
from rtp_advice_matching.erasures.errors import NotYoursToErase
from rtp_advice_matching.erasures.models import Eraser, ErasureScope
from rtp_advice_matching.repairs.models import Override
from rtp_advice_matching.requests.errors import NoSuchSupportRequest
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.db import AnySelect, system_scope, visible_to
from rtp_shared.identities import Principal
from rtp_shared.problems import Refusal

ERASE = "support:erase"
"""Scope of whoever answers for the data, and may have anybody's texts erased."""
KEEP = "advisers:write"
"""Scope without which a network's client takes no profile down."""
_BOTH = tuple(EngagementSide)
_SIDES = {Eraser.GROUP: (EngagementSide.GROUP,), Eraser.NETWORK: (EngagementSide.NETWORK,), Eraser.OPERATOR: _BOTH}


@dataclass(frozen=True)
class ErasureReach:
    """Whose texts of which engagements go, and what else."""

    eraser: Eraser
    engagements: ColumnElement[bool]
    overrides: ColumnElement[bool]
    """Of the operator alone, and only its reach has any."""
    adviser_id: UUID | None = None
    request_id: UUID | None = None
    """The support request, where all that is said of it goes."""

    @property
    def sides(self) -> Sequence[EngagementSide]:
        return _SIDES[self.eraser]


async def find_reach(session: AsyncSession, scope: ErasureScope, subject_id: UUID, *, actor: Principal) -> ErasureReach:
    """Return how far the caller reaches; refuse who stands outside, and say of what is hidden that it is not there."""
    match scope:
        case ErasureScope.ENGAGEMENT:
            eraser = await _find_side(session, subject_id, actor)
            return ErasureReach(eraser, Engagement.id == subject_id, false())
        case ErasureScope.SUPPORT_REQUEST:
            eraser = await _require_group(session, subject_id, actor)
            if eraser is Eraser.OPERATOR:
                return reach_request(subject_id)
            return ErasureReach(eraser, Engagement.request_id == subject_id, false(), request_id=subject_id)
        case _:
            return await _reach_adviser(session, subject_id, actor)


def reach_request(request_id: UUID) -> ErasureReach:
    """Return all that anybody wrote of a support request."""
    of_it = Override.request_id == request_id
    return ErasureReach(Eraser.OPERATOR, Engagement.request_id == request_id, of_it, request_id=request_id)


async def _find_side(session: AsyncSession, engagement_id: UUID, actor: Principal) -> Eraser:
    if ERASE in actor.scopes:
        await _require(session, select(Engagement.id).where(Engagement.id == engagement_id), NoSuchEngagement)
        return Eraser.OPERATOR
    seen = visible_to(Engagement.readers, actor.identities)
    engagement = await session.scalar(select(Engagement).where(Engagement.id == engagement_id, seen))
    if engagement is None:
        raise NoSuchEngagement
    return Eraser(engagement.find_side(actor.identities))


async def _require_group(session: AsyncSession, request_id: UUID, actor: Principal) -> Eraser:
    if ERASE in actor.scopes:
        await _require(session, select(SupportRequest.id).where(SupportRequest.id == request_id), NoSuchSupportRequest)
        return Eraser.OPERATOR
    seen = visible_to(SupportRequest.readers, actor.identities)
    request = await session.scalar(select(SupportRequest).where(SupportRequest.id == request_id, seen))
    if request is None:
        raise NoSuchSupportRequest
    if request.opener != actor.own_identity:
        raise NotYoursToErase("a network names its engagement")
    return Eraser.GROUP


async def _reach_adviser(session: AsyncSession, adviser_id: UUID, actor: Principal) -> ErasureReach:
    of_adviser = Engagement.adviser_id == adviser_id
    if ERASE in actor.scopes:
        await _require(session, select(Adviser.id).where(Adviser.id == adviser_id), NoSuchAdviser)
        return ErasureReach(Eraser.OPERATOR, of_adviser, Override.adviser_id == adviser_id, adviser_id)
    own = Adviser.network_id == actor.organisation
    if await session.scalar(select(Adviser.id).where(Adviser.id == adviser_id, own)) is None:
        shown = await session.scalar(select(Adviser.id).where(Adviser.id == adviser_id, SHOWN))
        raise NoSuchAdviser if shown is None else NotYourNetwork
    if KEEP not in actor.scopes:
        raise NotYoursToErase(f"a profile is taken down with the scope {KEEP}")
    of_network = of_adviser & (Engagement.network_id == actor.organisation)
    return ErasureReach(Eraser.NETWORK, of_network, false(), adviser_id)


async def _require(session: AsyncSession, query: AnySelect, refusal: type[Refusal]) -> None:
    async with system_scope(session, "who answers for the data need not see what is to be erased"):
        if (await session.execute(query)).first() is None:
            raise refusal
