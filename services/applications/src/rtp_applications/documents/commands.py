"""What can be done with documents. Each is a change of the case, and made in its row lock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.commands import locked, save
from rtp_applications.cases.queries import get_case
from rtp_applications.cases.store import lock
from rtp_applications.documents import rules
from rtp_applications.documents.cabinet import Kept
from rtp_applications.documents.errors import TooManyDocuments
from rtp_applications.documents.models import Document, DocumentVersion
from rtp_applications.documents.names import clean
from rtp_applications.documents.queries import find_document
from rtp_applications.documents.scanning import ScanResult
from rtp_applications.parties.errors import CaseIsReadOnly
from rtp_applications.workflow import engine
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.db import SYSTEM
from rtp_shared.etags import Expected
from rtp_shared.outbox import Outbox

ANY = Expected(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A change of a case's documents on its way. `version` is of the case for a new document, else of the document."""

    version: Expected
    caller: Caller
    now: datetime
    outbox: Outbox
    processes: Processes


async def add_document(
    session: AsyncSession, case_id: UUID, details: Mapping[str, Any], filing: Filing, *, at_most: int
) -> tuple[CaseSnapshot, Document]:
    """Put a document on file, which waits for its content."""
    before, filing = await _locked(session, case_id, filing, filing.version)
    by = rules.adding(before, details["audience"], filing.caller, filing.now)
    rules.require_exemption(foi_exempt=details["foi_exempt"], exemption=details["exemption"])
    if sum(each.audience is details["audience"] for each in before.documents.values()) >= at_most:
        raise TooManyDocuments(f"at most {at_most}")
    document = Document(
        case_id=case_id, created_by=by.to_json(), created_at=filing.now, changed_at=filing.now, **details
    )
    session.add(document)
    await session.flush()
    after = before.with_document(document.held(None))
    return await _save(session, before, after, "add-document", by, document, filing), document


async def require_writable(session: AsyncSession, case_id: UUID, document_id: UUID, filing: Filing) -> None:
    """Refuse early what `store_content` would refuse later, before a content is received."""
    file = await get_case(session, case_id, readers=filing.caller.identities, now=filing.now)
    await _document(session, file, document_id, filing)


async def store_content(
    session: AsyncSession, case_id: UUID, document_id: UUID, kept: Kept, file_name: str | None, filing: Filing
) -> tuple[CaseSnapshot, Document, bool]:
    """Make a content the newest version, unless the newest holds the same; whether a version was made."""
    before, filing = await _locked(session, case_id, filing, ANY)
    document, newest, by = await _document(session, before, document_id, filing)
    if newest is not None and newest.sha256 == kept.received.sha256:
        return before, document, False
    version = new_version(document, kept, file_name, by, in_draft=before.case.submitted_at is None)
    session.add(version)
    await session.flush()
    after = before.with_document(document.held(version))
    return await _save(session, before, after, "upload-document", by, document, filing), document, True


async def edit_document(
    session: AsyncSession, case_id: UUID, document_id: UUID, changes: Mapping[str, Any], filing: Filing
) -> tuple[CaseSnapshot, Document]:
    before, filing = await _locked(session, case_id, filing, ANY)
    document, newest, by = await _document(session, before, document_id, filing)
    audience = document.audience
    document.amend(changes, filing.now)
    await session.flush()
    after = before.with_document(document.held(newest))
    what = ", ".join(sorted(changes))
    file = await _save(session, before, after, "edit-document", by, document, filing, what=what, told=audience)
    return file, document


async def withdraw_document(
    session: AsyncSession, case_id: UUID, document_id: UUID, filing: Filing
) -> tuple[CaseSnapshot, Document]:
    """Take a document out of the case, unless it was submitted. It stays on file; its content is given to nobody."""
    before, filing = await _locked(session, case_id, filing, ANY)
    document, _, by = await _document(session, before, document_id, filing)
    document.withdraw(filing.now, in_draft=before.case.submitted_at is None)
    await session.flush()
    rest = {id_: each for id_, each in before.documents.items() if id_ != document.id}
    after = replace(before, documents=rest)
    return await _save(session, before, after, "withdraw-document", by, document, filing), document


def new_version(
    document: Document, kept: Kept, file_name: str | None, by: Signature, *, in_draft: bool
) -> DocumentVersion:
    """The content as the document's next version. Without a name of its own it is named after the title."""
    received = kept.received
    return DocumentVersion(
        document_id=document.id,
        version=document.add_version(by.at, in_draft=in_draft),
        storage_key=kept.key,
        size=received.size,
        sha256=received.sha256,
        media_type=received.media_type,
        file_name=clean(file_name or document.title, received.media_type),
        scan=kept.scan.state,
        scan_signature=kept.scan.signature,
        scanned_at=by.at,
        uploaded_by=by.to_json(),
        uploaded_at=by.at,
    )


async def record_scan(
    session: AsyncSession, document_id: UUID, number: int, found: ScanResult, *, now: datetime
) -> None:
    """Put down what a later scan found, or that it was tried. For the system; the audit does not follow scans."""
    document = await session.get_one(Document, document_id)
    await lock(session, document.case_id, readers=SYSTEM)
    await session.refresh(document)
    version = await session.get_one(DocumentVersion, (document_id, number))
    version.scanned_at = now
    if (version.scan, version.scan_signature) != found:
        version.scan, version.scan_signature = found
        document.scanned(now)
    await session.flush()


async def _locked(
    session: AsyncSession, case_id: UUID, filing: Filing, version: Expected
) -> tuple[CaseSnapshot, Filing]:
    """The case file, and the filing in its turn: whoever waited for the lock comes after whoever had it."""
    file = await locked(session, case_id, version=version, caller=filing.caller, now=filing.now)
    if not filing.processes[file.case.route, file.case.process_version].actions:
        raise CaseIsReadOnly
    return file, replace(filing, now=max(filing.now, file.case.changed_at))


async def _document(
    session: AsyncSession, file: CaseSnapshot, document_id: UUID, filing: Filing
) -> tuple[Document, DocumentVersion | None, Signature]:
    """The document, its newest version, and in which capacity the caller may change it."""
    seen = rules.sight(file, filing.caller, filing.now)
    document, newest = await find_document(session, file.case.id, document_id, sight=seen)
    by = rules.changing(file, document.creator, filing.caller, filing.now)
    filing.version.require(document.revision)
    document.require_standing()
    return document, newest, by


async def _save(
    session: AsyncSession,
    before: CaseSnapshot,
    after: CaseSnapshot,
    action: str,
    by: Signature,
    document: Document,
    filing: Filing,
    *,
    what: str | None = None,
    told: Audience | None = None,
) -> CaseSnapshot:
    case, told = before.case, told or document.audience
    after = after.with_case(version=case.version + 1, changed_at=filing.now)
    if told is Audience.EVERYBODY:  # a clock that starts anew would tell of what the bodies do among themselves
        process = filing.processes[case.route, case.process_version]
        after = engine.update_deadlines(process, case.status, after, action, filing.now)
    outcome = CaseChange(
        before=before,
        after=after,
        action=action,
        signature=by,
        reason=what and f"{what} of document {document.id}",
        audience=told,
    )
    return (await save(session, outcome, outbox=filing.outbox, now=filing.now)).after
