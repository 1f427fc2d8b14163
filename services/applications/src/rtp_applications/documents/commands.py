"""Commands on documents. Each is a change of the case, and made in its row lock."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.change import advance, change_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import CaseIsReadOnly
from rtp_applications.cases.queries import get_case
from rtp_applications.cases.store import lock
from rtp_applications.documents import rules
from rtp_applications.documents.errors import TooManyDocuments
from rtp_applications.documents.models import Document, DocumentVersion
from rtp_applications.documents.names import clean
from rtp_applications.documents.queries import find_document
from rtp_applications.documents.scanning import ScanResult
from rtp_applications.documents.service import StoredContent
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM


class Writable(NamedTuple):
    """A document that the caller may change, in its case, with the capacity and the time of the change."""

    snapshot: CaseSnapshot
    document: Document
    newest: DocumentVersion | None
    by: Signature
    now: datetime


class Changed(NamedTuple):
    """A change of a document on its way into the case."""

    after: CaseSnapshot
    action: str
    audience: Audience
    reason: str | None = None


async def add_document(
    context: CommandContext, case_id: UUID, document: Document, *, at_most: int, version: Expected
) -> CaseSnapshot:
    """Put a document on file, which waits for its content. `version` is of the case."""

    async def decide(before: CaseSnapshot) -> CaseChange:
        now = _require_open(context, before)
        by = rules.require_adding(before, document.audience, context.caller, now)
        document.put_on_file(case_id, by, now)
        if sum(each.audience is document.audience for each in before.documents.values()) >= at_most:
            raise TooManyDocuments(f"at most {at_most}")
        context.session.add(document)
        await context.session.flush()
        changed = Changed(before.with_document(document.hold(None)), "add-document", document.audience)
        return _build_outcome(context, before, changed, by, now)

    return (await change_case(context, case_id, decide, version=version)).after


async def require_writable(context: CommandContext, case_id: UUID, document_id: UUID, *, version: Expected) -> None:
    """Refuse early what `store_content` would refuse later, before a content is received."""
    snapshot = await get_case(context.session, case_id, readers=context.caller.identities, now=context.now)
    await _find_writable(context, snapshot, document_id, context.now, version)


async def store_content(
    context: CommandContext,
    case_id: UUID,
    document_id: UUID,
    content: StoredContent,
    file_name: str | None,
    *,
    version: Expected,
) -> tuple[CaseSnapshot, Document, bool]:
    """Make a content the newest version, unless the newest holds the same; return whether a version was made."""

    async def change(at: Writable) -> Changed | None:
        if at.newest is not None and at.newest.sha256 == content.received.sha256:
            return None
        made = add_version(at.document, content, file_name, at.by, in_draft=at.snapshot.case.submitted_at is None)
        context.session.add(made)
        await context.session.flush()
        return Changed(at.snapshot.with_document(at.document.hold(made)), "upload-document", at.document.audience)

    return await _change_document(context, case_id, document_id, change, version=version)


async def edit_document(
    context: CommandContext, case_id: UUID, document_id: UUID, changes: Mapping[str, object], *, version: Expected
) -> tuple[CaseSnapshot, Document]:
    """Change what is said of a document, but not its content."""

    async def change(at: Writable) -> Changed | None:
        if all(getattr(at.document, name) == value for name, value in changes.items()):
            return None
        audience, reason = at.document.audience, f"{', '.join(sorted(changes))} of document {at.document.id}"
        at.document.amend(changes, at.now)
        await context.session.flush()
        after = at.snapshot.with_document(at.document.hold(at.newest))
        return Changed(after, "edit-document", audience, reason)

    snapshot, document, _ = await _change_document(context, case_id, document_id, change, version=version)
    return snapshot, document


async def withdraw_document(
    context: CommandContext, case_id: UUID, document_id: UUID, *, version: Expected
) -> tuple[CaseSnapshot, Document]:
    """Take a document out of the case, unless it was submitted. It stays on file; its content is given to nobody."""

    async def change(at: Writable) -> Changed:
        at.document.withdraw(at.now, in_draft=at.snapshot.case.submitted_at is None)
        await context.session.flush()
        rest = {id_: each for id_, each in at.snapshot.documents.items() if id_ != at.document.id}
        return Changed(replace(at.snapshot, documents=rest), "withdraw-document", at.document.audience)

    snapshot, document, _ = await _change_document(context, case_id, document_id, change, version=version)
    return snapshot, document


async def _change_document(
    context: CommandContext,
    case_id: UUID,
    document_id: UUID,
    change: Callable[[Writable], Awaitable[Changed | None]],
    *,
    version: Expected,
) -> tuple[CaseSnapshot, Document, bool]:
    """Change a document in its case's lock; return both as they are then, and whether anything changed.

    `version` is of the document.
    """
    found: list[Writable] = []

    async def decide(before: CaseSnapshot) -> CaseChange | None:
        at = await _find_writable(context, before, document_id, _require_open(context, before), version)
        found.append(at)
        changed = await change(at)
        return changed and _build_outcome(context, before, changed, at.by, at.now)

    saved = await change_case(context, case_id, decide)
    [at] = found
    return saved.after if saved else at.snapshot, at.document, saved is not None


def add_version(
    document: Document, content: StoredContent, file_name: str | None, by: Signature, *, in_draft: bool
) -> DocumentVersion:
    """Return the content as the document's next version. Without a name of its own it is named after the title."""
    received = content.received
    return DocumentVersion(
        document_id=document.id,
        version=document.add_version(by.at, in_draft=in_draft),
        storage_key=content.key,
        size=received.size,
        sha256=received.sha256,
        media_type=received.media_type,
        file_name=clean(file_name or document.title, received.media_type),
        scan=content.scan.state,
        scan_signature=content.scan.signature,
        scanned_at=by.at,
        uploaded_by=by.to_json(),
        uploaded_at=by.at,
    )


async def record_scan(
    session: AsyncSession, document_id: UUID, number: int, found: ScanResult, *, now: datetime
) -> None:
    """Write what a later scan found, or that it was tried. For the system; the audit does not follow scans."""
    document = await session.get_one(Document, document_id)
    await lock(session, document.case_id, readers=SYSTEM)
    await session.refresh(document)
    version = await session.get_one(DocumentVersion, (document_id, number))
    version.scanned_at = now
    if (version.scan, version.scan_signature) != found:
        version.scan, version.scan_signature = found
        document.touch(now)
    await session.flush()


def _require_open(context: CommandContext, snapshot: CaseSnapshot) -> datetime:
    """Refuse a case of the past; return the time of the change: whoever waited for the lock comes after who had it."""
    if not context.get_process(snapshot).actions:
        raise CaseIsReadOnly
    return max(context.now, snapshot.case.changed_at)


async def _find_writable(
    context: CommandContext, snapshot: CaseSnapshot, document_id: UUID, now: datetime, version: Expected
) -> Writable:
    sight = rules.find_sight(snapshot, context.caller, now)
    document, newest = await find_document(context.session, snapshot.case.id, document_id, sight=sight)
    by = rules.require_changing(snapshot, document.creator, context.caller, now)
    version.require(document.revision)
    document.require_not_withdrawn()
    return Writable(snapshot, document, newest, by, now)


def _build_outcome(
    context: CommandContext, before: CaseSnapshot, changed: Changed, by: Signature, now: datetime
) -> CaseChange:
    """Return the change of the case; a clock that starts anew would tell of what the bodies do among themselves."""
    clocks = changed.audience is Audience.EVERYBODY
    return CaseChange(
        before=before,
        after=advance(replace(context, now=now), before, changed.after, changed.action, clocks=clocks),
        action=changed.action,
        signature=by,
        reason=changed.reason,
        audience=changed.audience,
    )
