"""Documents that join a bundle, and leave it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bundles.errors import NotToBeTakenIn
from rtp_applications.documents.models import Document, DocumentVersion
from rtp_applications.documents.names import clean
from rtp_applications.documents.queries import list_served_versions
from rtp_applications.documents.rules import find_sight
from rtp_applications.documents.scanning import ScanState
from rtp_applications.documents.service import DocumentService, StoredContent
from rtp_applications.history import bundle as bundled
from rtp_applications.history.bundle import Bundle
from rtp_applications.history.chain import Entry, Withheld
from rtp_applications.threads import run_in_thread
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Audience, Confidentiality, DocumentKind, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, HeldDocument, Signature
from rtp_shared.db import Database
from rtp_shared.identities import organisation_identity

Contents = Mapping[tuple[UUID, int], StoredContent]
"""By document and version."""


async def list_contents(
    session: AsyncSession, snapshot: CaseSnapshot, caller: Caller, *, service: DocumentService, now: datetime
) -> AsyncIterator[bundled.PackedDocument]:
    """Yield every version of every document that the caller may read; the content is read when it is packed."""
    for each in await list_served_versions(session, snapshot.case.id, sight=find_sight(snapshot, caller, now)):
        if each.storage_key is not None:
            content = service.storage.read(each.storage_key)
            yield bundled.PackedDocument(each.document_id, each.version, each.media_type, content)


@asynccontextmanager
async def unpack_contents(bundle: Bundle, service: DocumentService, database: Database) -> AsyncIterator[Contents]:
    """Store the contents in a bundle while the block runs; those that no version refers to then go again."""
    async with AsyncExitStack() as stack:
        found = {}
        for (document_id, version), member in bundle.documents.items():
            chunks = _read_chunks(bundle, document_id, version)
            storing = service.store(database, chunks, declared=member.media_type, settled=True)
            found[document_id, version] = await stack.enter_async_context(storing)
        yield found


def find_submitted_versions(entries: Sequence[Entry | Withheld]) -> Mapping[str, int] | None:
    """Return the version of each document, by its id, when its case was submitted; None where the history does not
    tell.
    """
    for entry in entries:
        if isinstance(entry, Entry) and entry.snapshot and entry.snapshot.get("submitted_at"):
            rows = entry.snapshot.get("documents")
            found = rows.items() if isinstance(rows, dict) else ()
            return {id_: row["version"] for id_, row in found if isinstance(row.get("version"), int)}
    return None


async def store_documents(
    session: AsyncSession,
    snapshot: CaseSnapshot,
    contents: Contents,
    by: Signature,
    *,
    submitted: Mapping[str, int] | None,
) -> None:
    """Put the documents of a case that came in on file.

    A bundle does not say who wrote a document, or how confidential it is: it is taken as the group's, or the bodies'
    where only they see it, and as confidential. Contents that did not come are known by their hash. What was replaced
    before the case was submitted (`find_submitted_versions`) stays the group's own.
    """
    documents = {held.id: _build_document(snapshot, held, by, submitted) for held in snapshot.documents.values()}
    session.add_all(documents.values())
    await session.flush()
    for (document_id, number), stored in contents.items():
        held = snapshot.documents.get(document_id)
        if held is None or number > held.version or (number == held.version and stored.received.sha256 != held.sha256):
            raise NotToBeTakenIn(f"version {number} of document {document_id} is not what the case says")
        session.add(_build_version(held, number, stored, by))
    session.add_all(
        _build_absent(held, by)
        for held in snapshot.documents.values()
        if held.version and (held.id, held.version) not in contents
    )
    await session.flush()


def _build_document(
    snapshot: CaseSnapshot, held: HeldDocument, by: Signature, submitted: Mapping[str, int] | None
) -> Document:
    body = snapshot.case.decision_body
    if held.audience is Audience.BODIES and body is not None:
        creator = Signature(Role.CASE_OFFICER, by.person, organisation_identity(body), by.at)
    else:
        creator = Signature(Role.APPLICANT_LEAD, by.person, by.holder, by.at)
    return Document(
        id=held.id,
        case_id=snapshot.case.id,
        kind=_read_kind(held.kind or DocumentKind.OTHER.value),
        kind_told=held.kind_told,
        title=(held.kind or "confidential document").replace("-", " "),
        confidentiality=Confidentiality.CONFIDENTIAL,
        foi_exempt=False,
        audience=held.audience,
        version=held.version,
        frozen_version=held.version if held.frozen else None,
        disclosed_from=_find_disclosed_from(held, submitted),
        created_by=creator.to_json(),
        created_at=by.at,
        changed_at=by.at,
    )


def _find_disclosed_from(held: HeldDocument, submitted: Mapping[str, int] | None) -> int:
    then = held.version if submitted is None else submitted.get(str(held.id), 1)
    return max(min(then, held.version), 1)


def _read_kind(name: str) -> DocumentKind:
    if name not in list(DocumentKind):
        raise NotToBeTakenIn(f"{name[:80]!r} is no kind of document here")
    return DocumentKind(name)


def _build_version(held: HeldDocument, number: int, stored: StoredContent, by: Signature) -> DocumentVersion:
    received = stored.received
    return DocumentVersion(
        document_id=held.id,
        version=number,
        storage_key=stored.key,
        size=received.size,
        sha256=received.sha256,
        media_type=received.media_type,
        file_name=clean(held.kind or DocumentKind.OTHER.value, received.media_type),
        scan=stored.scan.state,
        scan_signature=stored.scan.signature,
        scanned_at=by.at,
        uploaded_by=by.to_json(),
        uploaded_at=by.at,
        frozen_at=by.at if held.frozen and number == held.version else None,
    )


def _build_absent(held: HeldDocument, by: Signature) -> DocumentVersion:
    return DocumentVersion(
        document_id=held.id,
        version=held.version,
        size=0,
        sha256=held.sha256,
        media_type="application/octet-stream",
        file_name=held.kind or DocumentKind.OTHER.value,
        scan=ScanState.NOT_SCANNED,
        scanned_at=by.at,
        uploaded_by=by.to_json(),
        uploaded_at=by.at,
        frozen_at=by.at if held.frozen else None,
    )


async def _read_chunks(bundle: Bundle, document_id: UUID, version: int) -> AsyncIterator[bytes]:
    content = bundle.document(document_id, version)
    while chunk := await run_in_thread(next, content, b""):
        yield chunk
