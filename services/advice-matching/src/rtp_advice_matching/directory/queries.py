"""Queries of the directory."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.errors import NoSuchAdviser
from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.matching import Candidate
from rtp_shared.contracts.vocabulary import Sector, SupportTopic
from rtp_shared.db import AnyRow, AnySelect

_ADVISER = (
    *(column for column in Adviser.__table__.c if column.name not in ("engaged", "conflicts")),
    func.greatest(Adviser.capacity - Adviser.engaged, 0).label("free_places"),
)


async def get_adviser(session: AsyncSession, adviser_id: UUID) -> AnyRow:
    row = (await session.execute(select(*_ADVISER).where(Adviser.id == adviser_id))).first()
    if row is None:
        raise NoSuchAdviser
    return row


async def list_advisers(
    session: AsyncSession,
    *,
    limit: int,
    after: tuple[str, UUID] | None = None,
    sector: Sector | None = None,
    region: str | None = None,
    topic: SupportTopic | None = None,
    kind: AdviserKind | None = None,
    has_capacity: bool | None = None,
) -> Sequence[AnyRow]:
    """List the advisers who take part, by name. Whoever serves any sector, or meets online, is found by each."""
    query: AnySelect = select(*_ADVISER).where(Adviser.active).order_by(Adviser.name, Adviser.id).limit(limit + 1)
    if sector is not None:
        query = query.where(or_(Adviser.sectors.contains([sector]), func.cardinality(Adviser.sectors) == 0))
    if region is not None:
        query = query.where(or_(Adviser.regions.contains([region]), Adviser.remote))
    if topic is not None:
        query = query.where(Adviser.topics.contains([topic]))
    if kind is not None:
        query = query.where(Adviser.kind == kind)
    if has_capacity is not None:
        query = query.where((Adviser.engaged < Adviser.capacity) == has_capacity)
    if after is not None:
        name, id_ = after
        query = query.where(or_(Adviser.name > name, (Adviser.name == name) & (Adviser.id > id_)))
    return (await session.execute(query)).all()


async def list_candidates(session: AsyncSession) -> list[Candidate]:
    """List everybody who takes part, as the matching rule needs them."""
    columns = [Adviser.__table__.c[name] for name in Candidate.__dataclass_fields__]
    rows = await session.execute(select(*columns).where(Adviser.active))
    return [Candidate(*row) for row in rows]
