"""The log over HTTP: what everybody may read of it (C2SP tlog-tiles), receipts, and this instance as a witness."""

import re
from typing import Annotated, Any, cast

from fastapi import Depends, Path, Request, Response

from rtp_applications.auth import Acting, Anyone, CaseReader
from rtp_applications.cases.dependencies import CaseId
from rtp_applications.cases.queries import get_case
from rtp_applications.transparency import commands, queries
from rtp_applications.transparency.errors import NoSuchTile, NotAWitnessRequest
from rtp_applications.transparency.receipts import make_receipt
from rtp_applications.transparency.rules.notes import NotANote, SignatureLine
from rtp_applications.transparency.rules.proofs import WitnessRequest
from rtp_applications.transparency.rules.tiles import NotATile, Tile, parse_name, split_entries, split_hashes
from rtp_applications.transparency.rules.tree import HASH
from rtp_applications.transparency.schemas import LogView, ReceiptView, WitnessView
from rtp_applications.transparency.settings import PATH, LogSettings
from rtp_shared.clock import utcnow
from rtp_shared.dependencies import Now, Session
from rtp_shared.service import Runtime
from rtp_shared.web import create_router

transparency_log = create_router(prefix=PATH, tags=["Log"])
receipts = create_router(prefix="/v1/cases", tags=["History"])

_HASH = re.compile("[0-9a-f]{64}", re.ASCII)
FOR_EVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=5"
_PUBLISHED = {"Cache-Control": {"schema": {"type": "string"}}}


def _describe(media_type: str, *, binary: bool = False) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string", "format": "binary"} if binary else {"type": "string"}
    return {200: {"content": {media_type: {"schema": schema}}, "headers": _PUBLISHED}}


_NOTHING_YET: dict[int | str, dict[str, Any]] = {404: {"description": "No checkpoint is published"}}
OCTETS, TEXT = "application/octet-stream", "text/plain"
TileName = Annotated[
    str,
    Path(
        pattern="^[0-9px./]{1,60}$",
        description="The tile's number in parts of three digits, each but the last after an `x`, and `.p/` with the "
        "width where it is not full",
        examples=["x001/x234/067.p/8"],
    ),
]
EntryHash = Annotated[str, Path(pattern="^[0-9a-f-]{1,64}$", description="The entry's hash, as the history has it")]


async def _get_settings(request: Request) -> LogSettings:
    return cast("LogSettings", request.app.state.runtime.settings)


Settings = Annotated[LogSettings, Depends(_get_settings)]


@transparency_log.get("", responses=_NOTHING_YET)
async def get_log(_: Anyone, request: Request, session: Session, settings: Settings) -> LogView:
    """What the log is called, when it grows, and the public keys of the log and its witnesses.

    Keep the keys yourself: whoever could forge the log could forge this answer too.
    """
    newest, runtime = await queries.get_newest(session), cast("Runtime", request.app.state.runtime)
    own = settings.get_witness_key(runtime.settings.public_url)
    signed_by = newest.signed_by or ""
    return LogView(
        origin=signed_by.partition("+")[0],
        key=signed_by,
        grows_every_seconds=settings.log_seconds,
        grows_by=settings.log_batch,
        witnesses=[WitnessView(url=url, key=str(key)) for url, key in settings.witnesses],
        witness_key=str(own.verifier) if own else None,
    )


@transparency_log.get("/checkpoint", response_class=Response, responses={**_describe(TEXT), **_NOTHING_YET})
async def get_checkpoint(_: Anyone, session: Session) -> Response:
    """The newest checkpoint: the tree's size and root, signed by the log, with all cosignatures that have come.

    A signed note, as C2SP tlog-checkpoint has it. The tree grows at fixed times and by whole batches, so its size tells
    of no case.
    """
    note = await queries.read_note(session, await queries.get_newest(session))
    return Response(note, media_type=TEXT, headers={"Cache-Control": BRIEFLY})


@transparency_log.get("/tile/entries/{tile:path}", response_class=Response, responses=_describe(OCTETS, binary=True))
async def get_entries(_: Anyone, tile: TileName, session: Session) -> Response:
    """The leaves of a tile of level 0, each after its length in two bytes: 32 bytes that nobody can read without the
    salt of a receipt.
    """
    number, width = _parse(tile)
    content = await queries.read_tile(session, Tile(0, number), width)
    return _send(b"".join(HASH.to_bytes(2) + each for each in split_entries(content)))


@transparency_log.get("/tile/{level}/{tile:path}", response_class=Response, responses=_describe(OCTETS, binary=True))
async def get_tile(_: Anyone, level: Annotated[int, Path(ge=0, le=63)], tile: TileName, session: Session) -> Response:
    """A tile of the tree: up to 256 hashes of 32 bytes that stand side by side, as C2SP tlog-tiles has it.

    From tiles anyone computes whether an entry is in the log, and whether a checkpoint follows from an earlier one.
    """
    number, width = _parse(tile)
    place = Tile(level, number)
    return _send(b"".join(split_hashes(place, await queries.read_tile(session, place, width))))


@transparency_log.post(
    "/witness/add-checkpoint",
    response_class=Response,
    include_in_schema=False,  # C2SP describes it; no generator knows its forms
)
async def add_checkpoint(_: Anyone, request: Request, session: Session, settings: Settings) -> Response:
    """Have a checkpoint of another log cosigned, as C2SP tlog-witness has it.

    The body is the old size, a consistency proof, and the checkpoint, signed by a log that this instance witnesses. It
    is cosigned if it follows from the last one. 409 answers the size of that one, where the old size is another.
    """
    runtime = cast("Runtime", request.app.state.runtime)
    try:
        asked, signed = WitnessRequest.parse(await request.body())
    except NotANote as error:
        raise NotAWitnessRequest(str(error)) from None
    found = await commands.cosign(
        session,
        asked,
        signed,
        log_keys=settings.find_witnessed(signed.checkpoint.origin),
        key=settings.get_witness_key(runtime.settings.public_url),
        now=utcnow(),
    )
    if isinstance(found, SignatureLine):
        return Response(found.format(), media_type=TEXT)
    return Response(f"{found}\n", 409, media_type="text/x.tlog.size")


@receipts.get(
    "/{case_id}/receipts/{entry_hash}",
    responses={409: {"description": "No published checkpoint covers the entry yet"}},
)
async def get_receipt(
    case_id: CaseId,
    entry_hash: EntryHash,
    _: CaseReader,
    caller: Acting,
    session: Session,
    now: Now,
    settings: Settings,
) -> ReceiptView:
    """Take the receipt of an entry of the case's history that you may read: a proof that it is in the public log.

    With it and the log's public key anyone can check, without an account and offline, that the entry has stood there
    since the checkpoint and was not changed. 409 until the tree has grown over it, a quarter of an hour at most unless
    the operator says otherwise.
    """
    snapshot = await get_case(session, case_id, readers=caller.identities, now=now)
    # What is no hash is none of the history's: who may not know of the case is told the same of all.
    wanted = bytes.fromhex(entry_hash) if _HASH.fullmatch(entry_hash) else b""
    made = await make_receipt(session, snapshot, caller, wanted, seconds=settings.log_seconds)
    return ReceiptView(case_id=case_id, entry_hash=entry_hash, salt=made.salt.hex(), place=made.place, proof=made.proof)


def _parse(tile: str) -> tuple[int, int]:
    try:
        return parse_name(tile)
    except NotATile:
        raise NoSuchTile from None


def _send(content: bytes) -> Response:
    return Response(content, media_type=OCTETS, headers={"Cache-Control": FOR_EVER})
