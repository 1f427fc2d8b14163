"""Queries of the directory. Row-level security stands behind each: its keepers alone see a profile that is hidden."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.conditions import build_conditions
from rtp_advice_matching.directory.errors import NoSuchAdviser, NoSuchNetwork
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.directory.rules import NOT_PROPOSED_AFTER, count_hours
from rtp_advice_matching.matching import Candidate, MatchingRules
from rtp_shared.clock import LONDON
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.identities import Principal

OVERSEE = "advisers:oversee"
COPIED = tuple(name for name in Candidate.__dataclass_fields__ if name not in ("hours", "hours_each"))
"""What a candidate has of a profile as it stands there."""
CANDIDATE_COLUMNS = tuple(Adviser.__table__.c[name] for name in (*COPIED, "hours_per_month", "calendar"))
"""What a candidate is built from."""
_KEPT_BACK = (
    "engaged",
    "conflicts",
    "suspended_for",
    "network_published",
    "reminded_on",
    "sequence",
    "event_hash",
    "changed_in",
)
_ADVISER = (
    *(column for column in Adviser.__table__.c if column.name not in _KEPT_BACK),
    func.greatest(Adviser.capacity - Adviser.engaged, 0).label("free_places"),
    (func.cardinality(Adviser.regions) > 0).label("in_person"),
)
_NETWORK = tuple(column for column in AdviserNetwork.__table__.c if column.name not in _KEPT_BACK)
SHOWN = and_(Adviser.status == ProfileStatus.PUBLISHED, Adviser.network_published)

_FRESH = or_(Adviser.verified_on > func.current_date() - NOT_PROPOSED_AFTER.days, Adviser.verified_on.is_(None))
TAKES_PART = and_(Adviser.active, SHOWN, _FRESH)
"""Who can be proposed: who is shown, and was not verified so long ago that nobody should be sent there.

Who was recorded before verification began takes part.
"""


def is_kept_by(column: Any, principal: Principal) -> ColumnElement[bool]:
    """Return the condition that the caller keeps the profile: it is of its own network, or it oversees them all."""
    return literal(True) if OVERSEE in principal.scopes else column == principal.organisation


async def get_adviser(session: AsyncSession, adviser_id: UUID, *, principal: Principal) -> AnyRow:
    """Return a profile that is shown, was taken down, or is kept by the caller."""
    kept = is_kept_by(Adviser.network_id, principal)
    seen = or_(SHOWN, Adviser.status == ProfileStatus.WITHDRAWN, kept)
    row = (await session.execute(_select_advisers(kept).where(Adviser.id == adviser_id, seen))).first()
    if row is None:
        raise NoSuchAdviser
    return row


async def list_advisers(
    session: AsyncSession,
    *,
    principal: Principal,
    status: ProfileStatus,
    filters: Mapping[str, Any],
    limit: int,
    after: tuple[str, UUID] | None = None,
) -> Sequence[AnyRow]:
    """List profiles of a status by name: of others what is shown."""
    kept = is_kept_by(Adviser.network_id, principal)
    query = _select_advisers(kept).where(Adviser.status == status, or_(SHOWN, kept), *build_conditions(filters))
    if after is not None:
        name, id_ = after
        query = query.where(or_(Adviser.name > name, (Adviser.name == name) & (Adviser.id > id_)))
    return (await session.execute(query.order_by(Adviser.name, Adviser.id).limit(limit + 1))).all()


async def list_candidates(session: AsyncSession, rules: MatchingRules, *, now: datetime) -> list[Candidate]:
    """List everybody who takes part, is shown, and was verified within a year, as the rule needs them on this day."""
    rows = await session.execute(select(*CANDIDATE_COLUMNS).where(TAKES_PART))
    return [build_candidate(row, rules, now=now) for row in rows]


def build_candidate(row: Any, rules: MatchingRules, *, now: datetime) -> Candidate:
    """Return an adviser as the matching rule needs them on this day."""
    hours = count_hours(row.hours_per_month, row.calendar, today=now.astimezone(LONDON).date())
    return Candidate(**{name: getattr(row, name) for name in COPIED}, hours=hours, hours_each=rules.hours_each)


async def get_network(session: AsyncSession, network_id: UUID, *, principal: Principal) -> AnyRow:
    kept = is_kept_by(AdviserNetwork.id, principal)
    seen = or_(AdviserNetwork.status.in_((ProfileStatus.PUBLISHED, ProfileStatus.WITHDRAWN)), kept)
    row = (await session.execute(_select_networks(kept).where(AdviserNetwork.id == network_id, seen))).first()
    if row is None:
        raise NoSuchNetwork
    return row


async def list_networks(
    session: AsyncSession,
    *,
    principal: Principal,
    status: ProfileStatus,
    limit: int,
    after: tuple[str, UUID] | None = None,
) -> Sequence[AnyRow]:
    """List networks of a status by name: of others what is published."""
    kept = is_kept_by(AdviserNetwork.id, principal)
    query = _select_networks(kept).where(
        AdviserNetwork.status == status, or_(AdviserNetwork.status == ProfileStatus.PUBLISHED, kept)
    )
    if after is not None:
        name, id_ = after
        query = query.where(or_(AdviserNetwork.name > name, (AdviserNetwork.name == name) & (AdviserNetwork.id > id_)))
    return (await session.execute(query.order_by(AdviserNetwork.name, AdviserNetwork.id).limit(limit + 1))).all()


def _select_advisers(kept: ColumnElement[bool]) -> AnySelect:
    conflicts = case((kept, Adviser.conflicts), else_=null()).label("conflicts")
    return select(*_ADVISER, conflicts, case((kept, Adviser.suspended_for), else_=null()).label("suspended_for"))


def _select_networks(kept: ColumnElement[bool]) -> AnySelect:
    return select(*_NETWORK, case((kept, AdviserNetwork.suspended_for), else_=null()).label("suspended_for"))
