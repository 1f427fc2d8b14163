"""A case as its reader may see it, packed into a signed bundle."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bundles.documents import list_contents
from rtp_applications.bundles.errors import NoHistoryYet
from rtp_applications.cases.queries import get_case, get_whole_case
from rtp_applications.documents.service import DocumentService
from rtp_applications.history.bundle import BundleKey, Contents, Manifest, PackedDocument, write_bundle
from rtp_applications.history.reading import OpenTransaction, read_all_entries, read_page
from rtp_applications.history.state import dump_state
from rtp_applications.sides import hide_confidential, is_on_bodies_side
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import CaseSnapshot


async def pack(
    transactions: OpenTransaction,
    case_id: UUID,
    caller: Caller,
    *,
    to: IO[bytes],
    key: BundleKey,
    now: datetime,
    url: str,
    service: DocumentService,
) -> Manifest:
    """Write what the caller may see; of the entries that are withheld, the hashes.

    Nothing is written while a transaction is open: a large case takes a while, and its documents come from elsewhere.
    """
    async with transactions() as session:
        snapshot, documents = await _read_case(session, case_id, caller, now=now, service=service)
    seen = snapshot if is_on_bodies_side(snapshot.case, caller) else hide_confidential(snapshot)
    contents = Contents(
        case_id=snapshot.case.id,
        number=snapshot.case.number,
        made_at=now,
        made_by=url,
        state=dump_state(seen),
        audit=read_all_entries(transactions, snapshot, caller),
        documents=documents,
    )
    return await write_bundle(to, contents, key)


async def _read_case(
    session: AsyncSession, case_id: UUID, caller: Caller, *, now: datetime, service: DocumentService
) -> tuple[CaseSnapshot, Sequence[PackedDocument]]:
    """Return the whole case, and the documents that the caller may read.

    The state names every document that the history names, also where the caller may not read the document itself.
    """
    await get_case(session, case_id, readers=caller.identities, now=now)
    reason = "the state names every document of the history"
    snapshot = await get_whole_case(session, case_id, now=now, reason=reason)
    if not await read_page(session, snapshot, caller, after=0, limit=1):
        raise NoHistoryYet
    return snapshot, [each async for each in list_contents(session, snapshot, caller, service=service, now=now)]
