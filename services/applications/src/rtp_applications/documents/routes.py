"""Documents over HTTP: what is known of them, and their contents, which stream."""

import base64
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.access_log.models import ReadKind
from rtp_applications.access_log.routing import LoggedStreamingRoute, Reads
from rtp_applications.auth import Acting, CaseReader, CaseWriter
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.dependencies import CaseId, Context, NewContext
from rtp_applications.cases.queries import get_case
from rtp_applications.documents import commands, queries, rules, views
from rtp_applications.documents.downloads import Content, download
from rtp_applications.documents.media_types import ACCEPTED
from rtp_applications.documents.models import Document
from rtp_applications.documents.rules import Sight
from rtp_applications.documents.schemas import DocumentChanges, DocumentOpening, DocumentPage, DocumentView
from rtp_applications.documents.service import DocumentEquipment, DocumentService
from rtp_applications.documents.uploads import Upload, describe_streamed_answer, describe_streamed_body
from rtp_applications.sides import count_version
from rtp_applications.workflow.enums import Confidentiality, DocumentKind
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, OfferedVersion, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.service import Runtime
from rtp_shared.streaming import Answer, Transactions, create_streaming_router
from rtp_shared.web import create_router

documents = create_router(prefix="/v1/cases", tags=["Documents"])
contents = create_streaming_router(prefix="/v1/cases", tags=["Documents"])
contents.route_class = LoggedStreamingRoute

DocumentId = Annotated[UUID, Path(description="The document's id")]


async def _get_service(request: Request) -> DocumentService:
    equipment: DocumentEquipment = request.app.state.runtime.resources
    return equipment.documents


Documents = Annotated[DocumentService, Depends(_get_service)]


@documents.post("/{case_id}/documents", status_code=201)
async def add_document(
    case_id: CaseId,
    opening: DocumentOpening,
    version: OfferedVersion,
    _: CaseWriter,
    context: Context,
    service: Documents,
    response: Response,
) -> DocumentView:
    """Put a document on file; its content is sent after that, with PUT to `.../content`.

    If-Match, which may be left out, is the case's ETag. The staff group writes while it works on its case, and again
    where the case is deferred or approved with conditions; the bodies' people from the submission on.
    """
    document = Document(**opening.model_dump())
    snapshot = await commands.add_document(context, case_id, document, at_most=service.per_case, version=version)
    response.headers["Location"] = f"/v1/cases/{case_id}/documents/{document.id}"
    return await _present(context, snapshot, document, response)


@documents.get("/{case_id}/documents")
async def list_documents(
    case_id: CaseId,
    principal: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    service: Documents,
    limit: Limit = 50,
    after: After = None,
    kind: DocumentKind | None = None,
) -> DocumentPage:
    """List the documents of a case that you may see, in the order of being added, withdrawn ones too.

    Staff group and bodies see what is confidential; representatives, advisers, mentors and funders what is public or
    internal. Papers of the bodies only they see; what the group replaced or withdrew in its draft, only the group.
    """
    snapshot = await get_case(session, case_id, readers=principal.identities, now=now)
    key = decode_cursor(after, UUID)
    sight = rules.find_sight(snapshot, caller, now)
    rows = await queries.list_documents(
        session, case_id, sight=sight, limit=limit, after=key[0] if key else None, kind=kind
    )
    page, last = cut(rows, limit)
    return DocumentPage(
        items=[views.build_line(*row) for row in page],
        next=last and encode_cursor(last[0].id),
        scanning=service.has_scanner,
    )


@documents.get("/{case_id}/documents/{document_id}")
async def get_document(
    case_id: CaseId,
    document_id: DocumentId,
    principal: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    response: Response,
) -> DocumentView:
    """Read what is known of a document, with all its versions."""
    snapshot = await get_case(session, case_id, readers=principal.identities, now=now)
    sight = rules.find_sight(snapshot, caller, now)
    document, _ = await queries.find_document(session, case_id, document_id, sight=sight)
    return await _present_document(session, document, sight, count_version(snapshot.case, caller), response)


@documents.patch("/{case_id}/documents/{document_id}")
async def edit_document(
    case_id: CaseId,
    document_id: DocumentId,
    changes: DocumentChanges,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    response: Response,
) -> DocumentView:
    """Change what is said of a document; fields that are left out stay as they are (RFC 7396).

    If-Match is the document's ETag. Another kind is another document. What is frozen is the content, not this.
    """
    fields = changes.model_dump(exclude_unset=True)
    snapshot, document = await commands.edit_document(context, case_id, document_id, fields, version=version)
    return await _present(context, snapshot, document, response)


@documents.post("/{case_id}/documents/{document_id}/actions/withdraw")
async def withdraw_document(
    case_id: CaseId,
    document_id: DocumentId,
    version: ExpectedVersion,
    _: CaseWriter,
    context: Context,
    response: Response,
) -> DocumentView:
    """Take a document out of the case, unless a version of it was submitted. It cannot be put back.

    If-Match is the document's ETag. The document stays in the list, and its content is given to nobody.
    """
    snapshot, document = await commands.withdraw_document(context, case_id, document_id, version=version)
    return await _present(context, snapshot, document, response)


@contents.put(
    "/{case_id}/documents/{document_id}/content",
    responses={201: {"model": DocumentView, "description": "A new version"}},
    openapi_extra=describe_streamed_body(ACCEPTED),
)
async def put_document_content(
    case_id: CaseId,
    document_id: DocumentId,
    version: ExpectedVersion,
    _: CaseWriter,
    request: Request,
    transactions: Transactions,
    new_context: NewContext,
    service: Documents,
    upload: Upload,
    answer: Answer,
    response: Response,
    file_name: Annotated[
        str | None,
        Query(
            alias="fileName",
            max_length=1000,
            description="To save it under; made harmless, and cut to 255 bytes",
        ),
    ] = None,
) -> DocumentView:
    """Send the content of a document: it becomes the newest version (201), or it is the newest already (200).

    If-Match is the document's ETag, not that of the content. The content must be of the type that Content-Type says,
    which is told by its bytes. Versions that were submitted stay beside it. The answer says what a scan for malware
    found, or that it is still awaited.

    Taken are PDF, Word, Excel and PowerPoint since 2007, OpenDocument (text, spreadsheet, presentation), JPEG, PNG, and
    CSV and plain text in UTF-8, up to 104,857,600 bytes unless the operator has set another limit (413). 415: another
    type, or a text that is not UTF-8, with the line and byte where it is not. 422: cut short or damaged, with a
    password, with macros or DDE fields. Not taken are .doc, .xls, .ppt, .rtf, .msg and .eml, among others:
    docs/documents.md gives the reasons and says what to send instead.
    """
    runtime: Runtime = request.app.state.runtime
    async with transactions(read_only=True) as session:
        await commands.require_writable(new_context(session), case_id, document_id, version=version)
    chunks = upload.chunks(limit=service.limit)
    async with (
        service.store(runtime.database, chunks, declared=upload.media_type) as stored,
        transactions() as session,
    ):
        await answer.require_new(session)
        context = replace(new_context(session), now=runtime.clock())
        snapshot, document, made = await commands.store_content(
            context, case_id, document_id, stored, file_name, version=version
        )
        shown = await _present(context, snapshot, document, response)
        if made:
            response.status_code = 201
            response.headers["Location"] = f"{request.url.path}?version={document.version}"
        await answer.save(session, shown, response, status=response.status_code or 200)
    return shown


_CONTENT = {
    "content": describe_streamed_answer(ACCEPTED),
    "headers": {name: {"schema": {"type": "string"}} for name in ("ETag", "Repr-Digest", "Document-Scan")},
}
_DOWNLOADS: dict[int | str, dict[str, Any]] = {
    200: _CONTENT,
    206: {"description": "A part of it", **_CONTENT},
    409: {"description": "It is not scanned yet"},
    416: {"description": "It does not have that part"},
    500: {"description": "The content is missing from the storage"},
}


@contents.get(
    "/{case_id}/documents/{document_id}/content",
    response_class=Response,
    responses=_DOWNLOADS,
)
async def get_document_content(
    case_id: CaseId,
    document_id: DocumentId,
    principal: CaseReader,
    caller: Acting,
    request: Request,
    transactions: Transactions,
    now: Now,
    service: Documents,
    reads: Reads,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The newest unless said")] = None,
) -> Response:
    """Download a content, or a part of it (Range). Its ETag and Repr-Digest are its SHA-256.

    What was found infected (403) or is not scanned yet (409) is given to nobody. Document-Scan says whether the content
    was found clean, or is not-scanned because nothing scans here.
    """
    async with transactions() as session:
        snapshot = await get_case(session, case_id, readers=principal.identities, now=now)
        sight = rules.find_sight(snapshot, caller, now)
        document, _ = await queries.find_document(session, case_id, document_id, sight=sight)
        found = await queries.find_version(session, document, version, sight=sight)
    key = found.require_served(document)
    if document.confidentiality is Confidentiality.CONFIDENTIAL:
        holder = document.creator.holder
        reads.note(ReadKind.CONFIDENTIAL_DOCUMENT, case_id, {holder: []}, told=snapshot.case.submitted_at is not None)
    response = download(
        request,
        Content(found.size, found.media_type, f'"{found.sha256}"', found.file_name, partial(service.storage.read, key)),
    )
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.headers["Document-Scan"] = found.scan
    return response


async def _present(
    context: CommandContext, snapshot: CaseSnapshot, document: Document, response: Response
) -> DocumentView:
    """Return the document as whoever wrote it sees it."""
    sight = rules.find_sight(snapshot, context.caller, context.now)
    version = count_version(snapshot.case, context.caller)
    return await _present_document(context.session, document, sight, version, response)


async def _present_document(
    session: AsyncSession, document: Document, sight: Sight, case_version: int, response: Response
) -> DocumentView:
    response.headers["ETag"] = format_etag(document.revision)
    versions = await queries.list_versions(session, document, sight=sight)
    return views.build_view(document, versions, case_version=case_version)
