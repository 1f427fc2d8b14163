"""Imports of living cases over HTTP: a file is taken in at once, and its rows are put on file afterwards."""

from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import Acting, CaseLoader, CaseReader
from rtp_applications.documents.uploads import Upload, describe_streamed_body
from rtp_applications.intake import commands, queries
from rtp_applications.intake.models import FileFormat
from rtp_applications.intake.receiving import MEDIA_TYPES, IncomingFile, find_format
from rtp_applications.intake.schemas import CaseReferenceView, ImportView, ProblemView
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import OneLine
from rtp_shared.streaming import Answer, Transactions, create_streaming_router
from rtp_shared.web import create_router

TAGS: list[Any] = ["Bulk"]
case_files = create_streaming_router(prefix="/v1/case-imports", tags=TAGS)
case_imports = create_router(prefix="/v1/case-imports", tags=TAGS)
case_references = create_router(prefix="/v1/case-references", tags=TAGS)

ImportId = Annotated[UUID, Path(description="The import's id")]


def _read_place(part: int) -> int:
    if not 0 <= part < 2**31:
        raise ValueError("no row has that number")
    return part


LOCATION = {"description": "Where it can be read how far the import is", "schema": {"type": "string"}}


@case_files.post(
    "",
    status_code=202,
    openapi_extra=describe_streamed_body([*MEDIA_TYPES]),
    responses={202: {"headers": {"Location": LOCATION}}},
)
async def import_cases(
    principal: CaseLoader,
    caller: Acting,
    upload: Upload,
    transactions: Transactions,
    answer: Answer,
    now: Now,
    response: Response,
    format_: Annotated[
        FileFormat | None, Query(alias="format", description="Only where the media type does not say it")
    ] = None,
    dry_run: Annotated[
        bool, Query(alias="dryRun", description="Only find out what would become of each row; nothing is put on file")
    ] = False,
) -> ImportView:
    """Bring in living cases of your own body, from your own system: one in each line (NDJSON), or in each row (CSV).

    The answer comes once the file is here; its rows are put on file afterwards, each by itself: follow `Location`. A
    row that something is wrong with is reported, by row and field, and the others go in. A reference that is known is
    never another case, so a file may be sent again whole. At most 64 MiB and 100,000 rows, in UTF-8.

    Each case comes in where it stands, and its times count from the days that the row says. The bodies that it names
    and the central team see it at once. Nobody speaks for its staff group, until you appoint its lead by the group's
    own client.
    """
    kind = find_format(upload, format_)
    file, import_id = IncomingFile(upload, kind), None
    async with aclosing(file.read_batches()) as batches:
        async for batch in batches:
            async with transactions() as session:
                if import_id is None:
                    started = commands.begin_import(
                        session, principal, caller.person, kind, columns=file.columns, dry_run=dry_run, now=now
                    )
                    import_id = await started
                await commands.add_rows(session, import_id, batch)
    assert import_id is not None  # noqa: S101 - a file without rows was refused
    async with transactions() as session:
        await answer.require_new(session)
        await commands.complete_file(session, import_id, rows=file.rows)
        shown = ImportView.model_validate(await queries.get_import(session, import_id, client=principal.client_id))
        response.headers["Location"] = f"/v1/case-imports/{import_id}"
        await answer.save(session, shown, response, status=202)
    return shown


@case_imports.get("")
async def list_case_imports(
    principal: CaseLoader, session: Session, limit: Limit = 50, after: After = None
) -> Page[ImportView]:
    """List the files that your client sent, the newest first."""
    key = decode_cursor(after, UUID)
    found = await queries.list_imports(session, client=principal.client_id, limit=limit, after=key[0] if key else None)
    page, last = cut(found, limit)
    return Page(items=[ImportView.model_validate(each) for each in page], next=last and encode_cursor(last.id))


@case_imports.get("/{import_id}")
async def get_case_import(import_id: ImportId, principal: CaseLoader, session: Session) -> ImportView:
    """Read how far the import of a file is, and what became of its rows."""
    return ImportView.model_validate(await queries.get_import(session, import_id, client=principal.client_id))


@case_imports.get("/{import_id}/problems")
async def list_import_problems(
    import_id: ImportId, principal: CaseLoader, session: Session, limit: Limit = 50, after: After = None
) -> Page[ProblemView]:
    """List what is wrong with the rows that were refused, in the order of the file: every row, field by field."""
    await queries.get_import(session, import_id, client=principal.client_id)
    key = decode_cursor(after, _read_place, _read_place)
    place = (key[0], key[1]) if key else None
    page, last = cut(await queries.list_problems(session, import_id, limit=limit, after=place), limit)
    items = [ProblemView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.row, last.position))


@case_references.get("")
async def list_case_references(
    principal: CaseReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    reference: Annotated[
        str | None, Query(max_length=100, description="What your own system calls the case"), OneLine
    ] = None,
    case: Annotated[UUID | None, Query(description="The case's id")] = None,
    import_: Annotated[UUID | None, Query(alias="import", description="The import by which it came in")] = None,
) -> Page[CaseReferenceView]:
    """List what your body's own system calls its cases, in the order of the references: which is which.

    Nobody but the clients of the body that gave a reference sees it, and not one that speaks for the staff group.
    """
    key = decode_cursor(after, str)
    rows = await queries.list_references(
        session,
        organisation=principal.organisation,
        readers=principal.identities,
        client=principal.client_id,
        limit=limit,
        reference=reference,
        case_id=case,
        import_id=import_,
        after=key[0] if key else None,
    )
    page, last = cut(rows, limit)
    items = [CaseReferenceView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.reference))
