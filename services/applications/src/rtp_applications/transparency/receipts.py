"""A receipt: that an entry of a case's history is in the published log, for who may read the entry."""

from functools import partial
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.reading import find_place
from rtp_applications.transparency import queries
from rtp_applications.transparency.errors import NoSuchReceipt, NotInTheLogYet, SaltDestroyed
from rtp_applications.transparency.rules.proofs import format_proof
from rtp_applications.transparency.rules.tree import prove_inclusion
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import CaseSnapshot


class Receipt(NamedTuple):
    """What leads from an audit entry to the checkpoint that vouches for it."""

    entry_hash: bytes
    salt: bytes
    place: int
    proof: str


async def make_receipt(
    session: AsyncSession, snapshot: CaseSnapshot, caller: Caller, entry_hash: bytes, *, seconds: int
) -> Receipt:
    """Make the receipt of an entry; `seconds` is how often the tree grows."""
    position = await find_place(session, snapshot, caller, entry_hash)
    leaf = None if position is None else await queries.find_leaf(session, snapshot.case.id, position)
    if leaf is None:
        raise NoSuchReceipt
    if leaf.salt is None:
        raise SaltDestroyed
    checkpoint = None if leaf.place is None else await queries.find_signed(session, covering=leaf.place)
    if checkpoint is None:
        raise NotInTheLogYet(headers={"Retry-After": str(seconds)})
    path = await queries.work_on_tree(session, partial(prove_inclusion, index=leaf.place, size=checkpoint.size))
    note = await queries.read_note(session, checkpoint)
    return Receipt(entry_hash, leaf.salt, leaf.place, format_proof(leaf.place, path, note, extra=leaf.salt))
