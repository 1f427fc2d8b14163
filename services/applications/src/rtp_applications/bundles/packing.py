"""A case as its reader may see it, packed into a signed bundle."""

from datetime import datetime
from typing import IO

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bundles.documents import list_contents
from rtp_applications.cases.queries import get_whole_case
from rtp_applications.documents.service import DocumentService
from rtp_applications.history.bundle import BundleKey, Contents, Manifest, write_bundle
from rtp_applications.history.reading import read_all_entries
from rtp_applications.history.state import dump_state
from rtp_applications.sides import hide_confidential, is_on_bodies_side
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import CaseSnapshot


async def pack(
    session: AsyncSession,
    snapshot: CaseSnapshot,
    caller: Caller,
    *,
    to: IO[bytes],
    key: BundleKey,
    now: datetime,
    url: str,
    service: DocumentService,
) -> Manifest:
    """Write what the caller may see; of the entries that are withheld, the hashes.

    The state names every document that the history names, also where the caller may not read the document itself.
    """
    snapshot = await get_whole_case(
        session, snapshot.case.id, now=now, reason="the state names every document of the history"
    )
    seen = snapshot if is_on_bodies_side(snapshot.case, caller) else hide_confidential(snapshot)
    contents = Contents(
        case_id=snapshot.case.id,
        number=snapshot.case.number,
        made_at=now,
        made_by=url,
        state=dump_state(seen),
        audit=read_all_entries(session, snapshot, caller),
        documents=[each async for each in list_contents(session, snapshot, caller, service=service, now=now)],
    )
    return await write_bundle(to, contents, key)
