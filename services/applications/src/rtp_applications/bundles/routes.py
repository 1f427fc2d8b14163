"""Bundles over HTTP: a case leaves in one, and comes in by one."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path as FilePath
from typing import IO, Annotated, cast

from fastapi import Depends, Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rtp_applications.auth import Acting, Anyone, CaseReader, Importer
from rtp_applications.bundles import commands
from rtp_applications.bundles.documents import unpack_contents
from rtp_applications.bundles.errors import NoBundleKey, NotToBeTakenIn
from rtp_applications.bundles.packing import pack
from rtp_applications.bundles.schemas import KeySetView, PublicKey
from rtp_applications.cases.dependencies import CaseId, NewContext
from rtp_applications.cases.queries import get_case
from rtp_applications.cases.routes import present_case
from rtp_applications.cases.schemas import CaseView
from rtp_applications.documents.downloads import format_disposition
from rtp_applications.documents.media_types import UNSAID
from rtp_applications.documents.routes import Documents
from rtp_applications.documents.uploads import IncomingBody, Upload, describe_streamed_answer, describe_streamed_body
from rtp_applications.history.bundle import Bundle, NotABundle, Tampered, open_bundle
from rtp_applications.settings import ApplicationsSettings
from rtp_applications.threads import run_in_thread
from rtp_shared.dependencies import Now
from rtp_shared.problems import FieldError, Unsupported
from rtp_shared.service import Runtime
from rtp_shared.streaming import Answer, Transactions, create_streaming_router
from rtp_shared.web import create_router

bundle_keys = create_router(prefix="/v1/bundle-keys", tags=["Bundles"])
bundles = create_streaming_router(tags=["Bundles"])

ZIP = "application/zip"
CHUNK = 64 * 1024


async def _get_settings(request: Request) -> ApplicationsSettings:
    return cast("ApplicationsSettings", request.app.state.runtime.settings)


Settings = Annotated[ApplicationsSettings, Depends(_get_settings)]


@bundle_keys.get("")
async def list_bundle_keys(_: Anyone, settings: Settings) -> KeySetView:
    """The public keys that bundles of this instance are signed with, or were, as a JWK set: what another instance must
    trust. The present one comes first.
    """
    return KeySetView(keys=[PublicKey(**each) for each in settings.published_keys])


@bundles.get(
    "/v1/cases/{case_id}/bundle",
    response_class=Response,
    responses={
        200: {"content": describe_streamed_answer([ZIP])},
        409: {"description": "What there is of its history cannot be taken away yet"},
    },
)
async def get_bundle(
    case_id: CaseId,
    _: CaseReader,
    caller: Acting,
    transactions: Transactions,
    settings: Settings,
    service: Documents,
    now: Now,
) -> Response:
    """Take the case away: a signed ZIP archive of its state, history, events and documents, as far as you may see them.

    It has the chains of the history that are yours. Anyone can check it offline with
    `python -m rtp_applications.history.verify`, and another instance can take it in.
    """
    key = settings.signing_key
    if key is None:
        raise NoBundleKey
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    try:
        url = settings.public_url
        manifest = await pack(transactions, case_id, caller, to=file, key=key, now=now, url=url, service=service)
        return _Archive(file, f"{manifest.number}.zip")
    except BaseException:
        file.close()
        raise


@bundles.post("/v1/imports", status_code=201, openapi_extra=describe_streamed_body([ZIP]))
async def import_case(
    _: Importer,
    new_context: NewContext,
    upload: Upload,
    transactions: Transactions,
    request: Request,
    settings: Settings,
    service: Documents,
    answer: Answer,
    response: Response,
) -> CaseView:
    """Take in a case from another instance, in its bundle.

    The bundle must be whole and signed by a key that this instance trusts, its history must hold, and the case must be
    new here. Your client then acts for the staff group; the bodies that the case names see it if it was submitted.
    Everybody else who vouched for a person elsewhere must be appointed anew. Past events are not published again.
    """
    with tempfile.TemporaryDirectory(prefix="rtp-import-") as directory:
        path = FilePath(directory) / "bundle.zip"
        await _receive(upload, path, settings.bundle_limit)
        with await run_in_thread(_open, path, settings) as bundle:
            runtime: Runtime = request.app.state.runtime
            async with unpack_contents(bundle, service, runtime.database) as contents, transactions() as session:
                await answer.require_new(session)
                context = new_context(session)
                snapshot = await commands.import_case(context, bundle, contents)
                response.headers["Location"] = f"/v1/cases/{snapshot.case.id}"
                readers = context.caller.identities
                stored = await get_case(session, snapshot.case.id, readers=readers, now=context.now)
                shown = present_case(context, stored, response)
                await answer.save(session, shown, response, status=201)
    return shown


async def _receive(upload: IncomingBody, path: FilePath, limit: int) -> None:
    if upload.media_type.partition(";")[0].strip().lower() not in (ZIP, UNSAID):
        raise Unsupported(f"send {ZIP}", errors=[FieldError("Content-Type", f"is not {ZIP}", "header")])
    with path.open("wb") as file:
        async for chunk in upload.chunks(limit=limit):
            await run_in_thread(file.write, chunk)


def _open(path: FilePath, settings: ApplicationsSettings) -> Bundle:
    try:
        bundle = open_bundle(path, settings.trusted_keys)
    except Tampered as error:
        faults = [{"position": fault.position, "what": fault.what} for fault in error.faults[:100]]
        raise NotToBeTakenIn(str(error), extra={"faults": faults}) from None
    except NotABundle as error:
        raise NotToBeTakenIn(str(error)) from None
    return bundle


class _Archive(StreamingResponse):
    """A file that is closed once it was sent, or nobody takes it any more."""

    def __init__(self, file: IO[bytes], filename: str) -> None:
        self._file = file
        headers = {
            "Content-Length": str(file.seek(0, 2)),
            "Content-Disposition": format_disposition(filename),
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        super().__init__(_read_chunks(file), headers=headers, media_type=ZIP)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


async def _read_chunks(file: IO[bytes]) -> AsyncGenerator[bytes, None]:
    file.seek(0)
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk
