"""Documents over HTTP: what is known of them, and their contents, which stream."""

import base64
from dataclasses import replace
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.auth import Acting, CaseReader, CaseWriter
from rtp_applications.cases.queries import get_case
from rtp_applications.documents import commands, content, queries, rules, views
from rtp_applications.documents.cabinet import Cabinet
from rtp_applications.documents.commands import Filing
from rtp_applications.documents.models import Document
from rtp_applications.documents.rules import Sight
from rtp_applications.documents.schemas import DocumentChanges, DocumentOpening, DocumentPage, DocumentView
from rtp_applications.workflow.enums import DocumentKind
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.downloads import Content, download
from rtp_shared.etags import ExpectedVersion, etag
from rtp_shared.paging import After, Limit, cut, decode_cursor, encode_cursor
from rtp_shared.service import Runtime
from rtp_shared.streaming import Transactions, Upload, streamed_body, streaming_router
from rtp_shared.web import Events, Now, Session, router

documents = router(prefix="/v1/cases", tags=["Documents"])
contents = streaming_router(prefix="/v1/cases", tags=["Documents"])

CaseId = Annotated[UUID, Path(description="The case's id")]
DocumentId = Annotated[UUID, Path(description="The document's id")]
processes = Processes()


async def _filing(version: ExpectedVersion, caller: Acting, now: Now, events: Events) -> Filing:
    return Filing(version=version, caller=caller, now=now, outbox=events, processes=processes)


async def _cabinet(request: Request) -> Cabinet:
    cabinet: Cabinet = request.app.state.runtime.own
    return cabinet


FilingOf = Annotated[Filing, Depends(_filing)]
CabinetOf = Annotated[Cabinet, Depends(_cabinet)]


@documents.post("/{case_id}/documents", status_code=201)
async def add_document(
    case_id: CaseId,
    opening: DocumentOpening,
    _: CaseWriter,
    session: Session,
    filing: FilingOf,
    cabinet: CabinetOf,
    response: Response,
) -> DocumentView:
    """Put a document on file; its content is sent after that, with PUT to `.../content`.

    If-Match is the case's ETag. The staff group writes while it works on its case, and again where the case is deferred
    or approved with conditions; the bodies' people from the submission on.
    """
    file, document = await commands.add_document(
        session, case_id, opening.model_dump(), filing, at_most=cabinet.per_case
    )
    response.headers["Location"] = f"/v1/cases/{case_id}/documents/{document.id}"
    return await _shown(session, file, document, filing, response)


@documents.get("/{case_id}/documents")
async def list_documents(
    case_id: CaseId,
    principal: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    cabinet: CabinetOf,
    limit: Limit = 50,
    after: After = None,
    kind: DocumentKind | None = None,
) -> DocumentPage:
    """List the documents of a case that you may see, in the order of being added, withdrawn ones too.

    Staff group and bodies see what is confidential; representatives, advisers, mentors and funders what is public or
    internal. Papers of the bodies only they see; what the group replaced or withdrew in its draft, only the group.
    """
    file = await get_case(session, case_id, readers=principal.readers, now=now)
    key = decode_cursor(after, UUID)
    seen = rules.sight(file, caller, now)
    rows = await queries.list_documents(
        session, case_id, sight=seen, limit=limit, after=key[0] if key else None, kind=kind
    )
    page, last = cut(rows, limit)
    return DocumentPage(
        items=[views.line(*row) for row in page], next=last and encode_cursor(last[0].id), scanning=cabinet.scans
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
    file = await get_case(session, case_id, readers=principal.readers, now=now)
    seen = rules.sight(file, caller, now)
    document, _ = await queries.find_document(session, case_id, document_id, sight=seen)
    return await _view(session, document, seen, file.case.version, response)


@documents.patch("/{case_id}/documents/{document_id}")
async def edit_document(
    case_id: CaseId,
    document_id: DocumentId,
    changes: DocumentChanges,
    _: CaseWriter,
    session: Session,
    filing: FilingOf,
    response: Response,
) -> DocumentView:
    """Change what is said of a document; fields that are left out stay as they are (RFC 7396).

    If-Match is the document's ETag. Another kind is another document. What is frozen is the content, not this.
    """
    given = changes.model_dump(exclude_unset=True)
    file, document = await commands.edit_document(session, case_id, document_id, given, filing)
    return await _shown(session, file, document, filing, response)


@documents.post("/{case_id}/documents/{document_id}/actions/withdraw")
async def withdraw_document(
    case_id: CaseId, document_id: DocumentId, _: CaseWriter, session: Session, filing: FilingOf, response: Response
) -> DocumentView:
    """Take a document out of the case, unless a version of it was submitted. It cannot be put back.

    If-Match is the document's ETag. The document stays in the list, and its content is given to nobody.
    """
    file, document = await commands.withdraw_document(session, case_id, document_id, filing)
    return await _shown(session, file, document, filing, response)


@contents.put(
    "/{case_id}/documents/{document_id}/content",
    responses={201: {"model": DocumentView, "description": "A new version"}},
    openapi_extra=streamed_body(content.ACCEPTED),
)
async def put_document_content(
    case_id: CaseId,
    document_id: DocumentId,
    _: CaseWriter,
    request: Request,
    transactions: Transactions,
    filing: FilingOf,
    cabinet: CabinetOf,
    upload: Upload,
    response: Response,
    file_name: Annotated[
        str | None, Query(alias="fileName", max_length=500, description="To save it under; made harmless")
    ] = None,
) -> DocumentView:
    """Send the content of a document: it becomes the newest version (201), or it is the newest already (200).

    If-Match is the document's ETag, not that of the content. The content must be of the type that Content-Type says,
    which is told by its bytes. Versions that were submitted stay beside it. The answer says what a scan for malware
    found, or that it is still awaited.
    """
    runtime: Runtime = request.app.state.runtime
    async with transactions(read_only=True) as session:
        await commands.require_writable(session, case_id, document_id, filing)
    chunks = upload.chunks(limit=cabinet.limit)
    async with (
        cabinet.keeping(runtime.database, chunks, declared=upload.media_type) as kept,
        transactions() as session,
    ):
        then = replace(filing, now=runtime.clock())
        file, document, made = await commands.store_content(session, case_id, document_id, kept, file_name, then)
        shown = await _shown(session, file, document, filing, response)
    if made:
        response.status_code = 201
        response.headers["Location"] = f"{request.url.path}?version={document.version}"
    return shown


@contents.get(
    "/{case_id}/documents/{document_id}/content",
    response_class=Response,
    responses={200: {"content": {each: {} for each in content.ACCEPTED}}, 206: {"description": "A part of it"}},
)
async def get_document_content(
    case_id: CaseId,
    document_id: DocumentId,
    principal: CaseReader,
    caller: Acting,
    request: Request,
    transactions: Transactions,
    now: Now,
    cabinet: CabinetOf,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The newest unless said")] = None,
) -> Response:
    """Download a content, or a part of it (Range). Its ETag and Repr-Digest are its SHA-256.

    What was found infected (403) or is not scanned yet (409) is given to nobody. Document-Scan says whether the content
    was found clean, or is not-scanned because nothing scans here.
    """
    async with transactions() as session:
        file = await get_case(session, case_id, readers=principal.readers, now=now)
        seen = rules.sight(file, caller, now)
        document, _ = await queries.find_document(session, case_id, document_id, sight=seen)
        found = await queries.find_version(session, document, version, sight=seen)
    key = found.require_served(document)
    response = download(
        request,
        Content(found.size, found.media_type, f'"{found.sha256}"', found.file_name, partial(cabinet.storage.read, key)),
    )
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.headers["Document-Scan"] = found.scan
    return response


async def _shown(
    session: AsyncSession, file: CaseSnapshot, document: Document, filing: Filing, response: Response
) -> DocumentView:
    """As whoever wrote it sees it."""
    seen = rules.sight(file, filing.caller, filing.now)
    return await _view(session, document, seen, file.case.version, response)


async def _view(
    session: AsyncSession, document: Document, seen: Sight, case_version: int, response: Response
) -> DocumentView:
    response.headers["ETag"] = etag(document.revision)
    versions = await queries.versions_of(session, document, sight=seen)
    return views.view(document, versions, case_version=case_version)
