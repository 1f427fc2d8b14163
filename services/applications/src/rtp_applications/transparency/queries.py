"""Queries about the log."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import Table, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.transparency.errors import NoSuchTile, NothingPublished
from rtp_applications.transparency.models import LogCheckpoint, LogCosignature, LogLeaf, LogTile
from rtp_applications.transparency.rules.tiles import Contents, Tile, list_needed, read_from
from rtp_applications.transparency.rules.tree import HASH, ReadNode
from rtp_shared.db import AnyRow

Made = TypeVar("Made")
_leaf = cast("Table", LogLeaf.__table__).c
_tile = cast("Table", LogTile.__table__).c


async def read_tiles(session: AsyncSession, tiles: Iterable[Tile]) -> Contents:
    wanted = [(tile.level, tile.number) for tile in tiles]
    if not wanted:
        return {}
    rows = await session.execute(
        select(_tile.level, _tile.number, _tile.hashes).where(tuple_(_tile.level, _tile.number).in_(wanted))
    )
    return {Tile(row.level, row.number): row.hashes for row in rows}


async def read_tile(session: AsyncSession, tile: Tile, width: int) -> bytes:
    """Return the first so many hashes of a tile, as far as they are part of a published tree."""
    published = await get_newest(session)
    reached = published.size // 256**tile.level - tile.number * 256
    content = (await read_tiles(session, [tile])).get(tile, b"")[: width * HASH] if reached >= width else b""
    if len(content) < width * HASH:
        raise NoSuchTile
    return content


async def work_on_tree(session: AsyncSession, work: Callable[[ReadNode], Made]) -> Made:
    """Return what some work on the tree makes: a proof, or a root."""
    return work(read_from(await read_tiles(session, list_needed(work))))


async def get_newest(session: AsyncSession) -> LogCheckpoint:
    """Return the newest checkpoint that is published."""
    newest = await find_signed(session)
    if newest is None:
        raise NothingPublished
    return newest


async def find_signed(session: AsyncSession, *, covering: int | None = None) -> LogCheckpoint | None:
    """Return the newest signed checkpoint; one that covers a leaf is taken from those that were cosigned, if one is."""
    query = select(LogCheckpoint).where(LogCheckpoint.note.is_not(None)).order_by(LogCheckpoint.size.desc()).limit(1)
    if covering is None:
        return await session.scalar(query)
    query = query.where(LogCheckpoint.size > covering)
    cosigned = query.where(exists().where(LogCosignature.size == LogCheckpoint.size))
    return await session.scalar(cosigned) or await session.scalar(query)


async def read_note(session: AsyncSession, checkpoint: LogCheckpoint) -> str:
    """Return a signed checkpoint with all cosignatures that have come."""
    lines = select(LogCosignature.line).where(LogCosignature.size == checkpoint.size).order_by(LogCosignature.witness)
    return "".join([checkpoint.note or "", *(await session.scalars(lines))])


async def find_leaf(session: AsyncSession, case_id: UUID, position: int) -> AnyRow | None:
    query = select(_leaf.salt, _leaf.place).where(_leaf.case_id == case_id, _leaf.position == position)
    return (await session.execute(query)).one_or_none()


async def list_waiting(session: AsyncSession, *, limit: int) -> Sequence[AnyRow]:
    """Return leaves that the tree has yet to grow over."""
    query = select(_leaf.case_id, _leaf.position, _leaf.commitment).where(_leaf.place.is_(None)).limit(limit)
    return (await session.execute(query)).all()


async def find_cosigned_size(session: AsyncSession, witness: str) -> int:
    """Return the size of the newest checkpoint that a witness has cosigned, as far as is known here."""
    query = select(LogCosignature.size).where(LogCosignature.witness == witness)
    return await session.scalar(query.order_by(LogCosignature.size.desc()).limit(1)) or 0
