"""What is done to the log: it grows, is signed and cosigned, a step in a transaction; and cosigning another's."""

import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy import BigInteger, Integer, Table, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.transparency import queries
from rtp_applications.transparency.errors import DoesNotFollow, NotAWitnessRequest, NotSignedByTheLog, UnknownLog
from rtp_applications.transparency.models import LogCheckpoint, LogCosignature, LogLeaf, LogTile, WitnessedLog
from rtp_applications.transparency.rules.notes import (
    Checkpoint,
    NoteKey,
    SignatureLine,
    SignedCheckpoint,
    VerifierKey,
    get_cosigned_at,
)
from rtp_applications.transparency.rules.proofs import WitnessRequest
from rtp_applications.transparency.rules.tiles import grow, list_edge
from rtp_applications.transparency.rules.tree import EMPTY, HASH, compute_root, follows, prove_consistency

LOCK = 0x52_54_50_06  # "RTP", 6
MOST_BATCHES = 1024
_leaves = cast("Table", LogLeaf.__table__)
_random = secrets.SystemRandom()


class TreeWasAltered(Exception):
    """The tree does not follow from what was signed before: somebody altered the tables. Nothing more is signed."""


async def grow_tree(session: AsyncSession, *, now: datetime, seconds: int, batch: int) -> bool:
    """Let the tree grow over the leaves that wait, if its time has come; return whether it did.

    It grows by a batch, or by two, four, eight of them. Leaves stand in random order among random ones that nobody can
    tell from them, so that neither size nor order tells when how much was done to which case.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return False
    newest = await session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))
    if newest is not None and now < newest.made_at + timedelta(seconds=seconds):
        return False
    size = newest.size if newest else 0
    waiting = await queries.list_waiting(session, limit=batch * MOST_BATCHES)
    entries = [secrets.token_bytes(HASH) for _ in range(count_growth(len(waiting), batch))]
    places = _random.sample(range(len(entries)), len(waiting))
    for place, row in zip(places, waiting, strict=True):
        entries[place] = row.commitment
    changed, root = grow(await queries.read_tiles(session, list_edge(size)), size, entries)
    await _write_tiles(session, [{**tile._asdict(), "hashes": content} for tile, content in changed.items()])
    placed = [
        {"of_case": row.case_id, "at_position": row.position, "at_place": size + place}
        for place, row in zip(places, waiting, strict=True)
    ]
    await _place_leaves(session, placed)
    session.add(LogCheckpoint(size=size + len(entries), root=root, made_at=now))
    await session.flush()
    return True


def count_growth(waiting: int, batch: int) -> int:
    """Return by how many leaves the tree grows: the batch doubled until all that wait are in it."""
    while batch < waiting:
        batch *= 2
    return batch


async def sign_newest(session: AsyncSession, key: NoteKey, *, now: datetime) -> bool:
    """Sign the newest checkpoint, unless it is; return whether it was news. Raises TreeWasAltered.

    It was committed before, so that a checkpoint that was signed is never undone.
    """
    query = select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1).with_for_update()
    newest = await session.scalar(query)
    if newest is None or newest.note is not None:
        return False
    await _require_unaltered(session, newest, await queries.find_signed(session))
    body = Checkpoint(key.name, newest.size, newest.root).text
    newest.note = f"{body}\n{key.sign(body, at=now).format()}"
    newest.signed_by = str(key.verifier)
    await session.flush()
    return True


async def prepare_request(session: AsyncSession, witness: VerifierKey, *, old: int | None) -> WitnessRequest | None:
    """Return what a witness is to be asked, or None if it has cosigned the newest checkpoint.

    `old` is the size that the witness itself says that it knows; without it, the newest one that it cosigned.
    """
    newest, known = await queries.find_signed(session), await queries.find_cosigned_size(session, str(witness))
    if newest is None or newest.note is None or known == newest.size:
        return None
    old = known if old is None else old
    if old > newest.size:
        return None
    proof = await queries.work_on_tree(session, partial(prove_consistency, old=old, new=newest.size))
    return WitnessRequest(old, proof, newest.note)


async def add_cosignature(session: AsyncSession, witness: VerifierKey, line: SignatureLine, size: int) -> None:
    values = {"size": size, "witness": str(witness), "line": line.format(), "cosigned_at": get_cosigned_at(line)}
    await session.execute(insert(LogCosignature).values(values).on_conflict_do_nothing())


async def cosign(
    session: AsyncSession,
    request: WitnessRequest,
    signed: SignedCheckpoint,
    *,
    log_keys: list[VerifierKey],
    key: NoteKey | None,
    now: datetime,
) -> SignatureLine | int:
    """Cosign a checkpoint of another log that follows from the one before; record it as the newest first.

    Returns the size that is known here instead, where the request goes by another. Refuses whatever does not follow.
    """
    checkpoint = signed.checkpoint
    if not log_keys or key is None:
        raise UnknownLog
    if not any(each.verifies(line, signed.text) for each in log_keys for line in signed.signatures):
        raise NotSignedByTheLog
    if request.old > checkpoint.size:
        raise NotAWitnessRequest("the old size is above that of the checkpoint")
    known = await _lock_witnessed(session, checkpoint.origin)
    other = request.old == checkpoint.size and checkpoint.root != known.root
    if request.old != known.size or other:
        return known.size
    size = checkpoint.size
    if not follows(known.size, size, old_root=known.root, new_root=checkpoint.root, proof=request.proof):
        raise DoesNotFollow
    known.record(checkpoint, at=now)
    await session.flush()
    return key.sign(signed.text, at=now)


async def _write_tiles(session: AsyncSession, rows: list[dict[str, object]]) -> None:
    made = insert(LogTile).values(rows)
    await session.execute(
        made.on_conflict_do_update(index_elements=["level", "number"], set_={"hashes": made.excluded.hashes})
    )


async def _place_leaves(session: AsyncSession, rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    here = (
        _leaves.c.case_id == bindparam("of_case", type_=Uuid()),
        _leaves.c.position == bindparam("at_position", type_=Integer()),
    )
    placing = update(_leaves).where(*here).values(place=bindparam("at_place", type_=BigInteger()))
    await (await session.connection()).execute(placing, rows)


async def _require_unaltered(session: AsyncSession, newest: LogCheckpoint, last: LogCheckpoint | None) -> None:
    """Check that the tiles lead to the new root, and that it follows from the last one that was signed."""
    root = await queries.work_on_tree(session, partial(compute_root, size=newest.size))
    old, old_root = (last.size, last.root) if last else (0, EMPTY)
    proof = await queries.work_on_tree(session, partial(prove_consistency, old=old, new=newest.size))
    holds = follows(old, newest.size, old_root=old_root, new_root=newest.root, proof=proof)
    if root != newest.root or not holds:
        raise TreeWasAltered


async def _lock_witnessed(session: AsyncSession, origin: str) -> WitnessedLog:
    """Return what is known of a log, locked; before the first checkpoint that is an empty tree."""
    empty = insert(WitnessedLog).values(origin=origin, size=0, root=EMPTY).on_conflict_do_nothing()
    await session.execute(empty)
    found = await session.get(WitnessedLog, origin, with_for_update=True)
    if found is None:
        raise UnknownLog
    return found
