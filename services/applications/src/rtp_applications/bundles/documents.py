"""Where documents join a bundle, and leave it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bundles.errors import NotToBeTakenIn
from rtp_applications.documents.cabinet import Cabinet, Kept
from rtp_applications.documents.models import Document, DocumentVersion
from rtp_applications.documents.names import clean
from rtp_applications.documents.queries import served_versions
from rtp_applications.documents.rules import sight
from rtp_applications.documents.scanning import ScanState
from rtp_applications.documents.threads import in_thread
from rtp_applications.history import bundle as bundled
from rtp_applications.history.bundle import Bundle
from rtp_applications.history.chain import Entry, Withheld
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Audience, Confidentiality, DocumentKind, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, HeldDocument, Signature
from rtp_shared.auth import organisation_reader
from rtp_shared.db import Database

Contents = Mapping[tuple[UUID, int], Kept]
"""By document and version."""


async def documents_of(
    session: AsyncSession, file: CaseSnapshot, caller: Caller, *, cabinet: Cabinet, now: datetime
) -> AsyncIterator[bundled.Document]:
    """Every version of every document that the caller may read; the content is read when it is packed."""
    for each in await served_versions(session, file.case.id, sight=sight(file, caller, now)):
        if each.storage_key is not None:
            content = cabinet.storage.read(each.storage_key)
            yield bundled.Document(each.document_id, each.version, each.media_type, content)


@asynccontextmanager
async def unpacked(bundle: Bundle, cabinet: Cabinet, database: Database) -> AsyncIterator[Contents]:
    """The contents in a bundle, in the storage while the block runs; those that no version refers to then go again."""
    async with AsyncExitStack() as stack:
        found = {}
        for (document_id, version), member in bundle.documents.items():
            chunks = _chunks(bundle, document_id, version)
            keeping = cabinet.keeping(database, chunks, declared=member.media_type)
            found[document_id, version] = await stack.enter_async_context(keeping)
        yield found


def submitted_versions(entries: Sequence[Entry | Withheld]) -> Mapping[str, int] | None:
    """The version of each document, by its id, when its case was submitted; None where the history does not tell."""
    for entry in entries:
        if isinstance(entry, Entry) and entry.snapshot and entry.snapshot.get("submitted_at"):
            rows = entry.snapshot.get("documents")
            told = rows.items() if isinstance(rows, dict) else ()
            return {id_: row["version"] for id_, row in told if isinstance(row.get("version"), int)}
    return None


async def keep_documents(
    session: AsyncSession,
    file: CaseSnapshot,
    contents: Contents,
    by: Signature,
    *,
    submitted: Mapping[str, int] | None,
) -> None:
    """Put the documents of a case that came in on file.

    A bundle does not say who wrote a document, or how confidential it is: it is taken as the group's, or the bodies'
    where only they see it, and as confidential. Contents that did not come are known by their hash. What was replaced
    before the case was submitted (`submitted_versions`) stays the group's own.
    """
    documents = {held.id: _document(file, held, by, submitted) for held in file.documents.values()}
    session.add_all(documents.values())
    await session.flush()
    for (document_id, number), kept in contents.items():
        held = file.documents.get(document_id)
        if held is None or number > held.version or (number == held.version and kept.received.sha256 != held.sha256):
            raise NotToBeTakenIn(f"version {number} of document {document_id} is not what the case says")
        session.add(_version(held, number, kept, by))
    session.add_all(
        _absent(held, by)
        for held in file.documents.values()
        if held.version and (held.id, held.version) not in contents
    )
    await session.flush()


def _document(file: CaseSnapshot, held: HeldDocument, by: Signature, submitted: Mapping[str, int] | None) -> Document:
    body = file.case.decision_body
    if held.audience is Audience.BODIES and body is not None:
        creator = Signature(Role.CASE_OFFICER, by.person, organisation_reader(body), by.at)
    else:
        creator = Signature(Role.APPLICANT_LEAD, by.person, by.holder, by.at)
    return Document(
        id=held.id,
        case_id=file.case.id,
        kind=_kind(held.kind),
        title=held.kind.replace("-", " "),
        confidentiality=Confidentiality.CONFIDENTIAL,
        foi_exempt=False,
        audience=held.audience,
        version=held.version,
        frozen_version=held.version if held.frozen else None,
        disclosed_from=_disclosed_from(held, submitted),
        created_by=creator.to_json(),
        created_at=by.at,
        changed_at=by.at,
    )


def _disclosed_from(held: HeldDocument, submitted: Mapping[str, int] | None) -> int:
    then = held.version if submitted is None else submitted.get(str(held.id), 1)
    return max(min(then, held.version), 1)


def _kind(said: str) -> DocumentKind:
    if said not in list(DocumentKind):
        raise NotToBeTakenIn(f"{said[:80]!r} is no kind of document here")
    return DocumentKind(said)


def _version(held: HeldDocument, number: int, kept: Kept, by: Signature) -> DocumentVersion:
    received = kept.received
    return DocumentVersion(
        document_id=held.id,
        version=number,
        storage_key=kept.key,
        size=received.size,
        sha256=received.sha256,
        media_type=received.media_type,
        file_name=clean(held.kind, received.media_type),
        scan=kept.scan.state,
        scan_signature=kept.scan.signature,
        scanned_at=by.at,
        uploaded_by=by.to_json(),
        uploaded_at=by.at,
        frozen_at=by.at if held.frozen and number == held.version else None,
    )


def _absent(held: HeldDocument, by: Signature) -> DocumentVersion:
    return DocumentVersion(
        document_id=held.id,
        version=held.version,
        size=0,
        sha256=held.sha256,
        media_type="application/octet-stream",
        file_name=held.kind,
        scan=ScanState.NOT_SCANNED,
        scanned_at=by.at,
        uploaded_by=by.to_json(),
        uploaded_at=by.at,
        frozen_at=by.at if held.frozen else None,
    )


async def _chunks(bundle: Bundle, document_id: UUID, version: int) -> AsyncIterator[bytes]:
    content = bundle.document(document_id, version)
    while chunk := await in_thread(next, content, b""):
        yield chunk
