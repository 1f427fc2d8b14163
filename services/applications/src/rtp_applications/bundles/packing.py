"""A case as its reader may see it, packed into a signed bundle."""

from datetime import datetime
from typing import IO

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bundles.documents import documents_of
from rtp_applications.cases.store import read_file
from rtp_applications.cases.views import sees_all, without_confidential
from rtp_applications.documents.cabinet import Cabinet
from rtp_applications.history.bundle import BundleKey, Contents, Manifest, write_bundle
from rtp_applications.history.reading import every_entry
from rtp_applications.history.state import state_of
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.db import SYSTEM, become


async def pack(
    session: AsyncSession,
    file: CaseSnapshot,
    caller: Caller,
    *,
    to: IO[bytes],
    key: BundleKey,
    now: datetime,
    url: str,
    cabinet: Cabinet,
) -> Manifest:
    """Write what the caller may see; of the entries that are withheld, the hashes.

    The state names every document that the history names, also where the caller may not read the document itself.
    """
    await become(session, SYSTEM)
    file = await read_file(session, file.case.id, readers=SYSTEM, now=now) or file
    await become(session, caller.identities)
    seen = file if sees_all(file, caller) else without_confidential(file)
    contents = Contents(
        case_id=file.case.id,
        number=file.case.number,
        made_at=now,
        made_by=url,
        state=state_of(seen),
        audit=every_entry(session, file, caller),
        documents=[each async for each in documents_of(session, file, caller, cabinet=cabinet, now=now)],
    )
    return await write_bundle(to, contents, key)
