"""A service with one kind of thing: a content that is put and got, and two tables' worth of nothing else."""

import uuid
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends, Request
from pydantic import SecretStr
from sqlalchemy import MetaData, text
from starlette.responses import Response

from rtp_applications.documents.downloads import Content, download
from rtp_applications.documents.uploads import Upload
from rtp_shared import migrate
from rtp_shared.auth import Access, FixedKeys, TokenVerifier
from rtp_shared.db import Database
from rtp_shared.dependencies import Session
from rtp_shared.identities import Principal
from rtp_shared.metrics import Metrics
from rtp_shared.outbox import Outbox
from rtp_shared.problems import NotFound, Unauthenticated
from rtp_shared.service import Runtime, Service
from rtp_shared.settings import ProcessSettings
from rtp_shared.streaming import Transactions, create_streaming_router
from rtp_shared.web import create_router

Writer = Annotated[Principal, Depends(Access("things:write"))]
LIMIT = 3_000_000
THING = b"The quick brown fox jumps over the lazy dog"
ETAG = '"v1"'

plain, streaming = create_router(), create_streaming_router()


@plain.get("/things")
async def count(_: Writer, session: Session) -> dict[str, int]:
    """How many things there are."""
    return {"count": (await session.execute(text("SELECT count(*) FROM heard"))).scalar_one()}


@plain.post("/things")
async def small(_: Writer, session: Session, thing: dict[str, str]) -> dict[str, str]:
    """A thing that is not streamed."""
    return thing


@streaming.put("/things/{thing_id}/content")
async def put(_: Writer, thing_id: uuid.UUID, transactions: Transactions, upload: Upload) -> dict[str, int]:
    """Take a content."""
    async with transactions(read_only=True) as session:
        if thing_id.int == 0 or not (await session.execute(text("SELECT true"))).scalar_one():
            raise NotFound
    size = 0
    async for chunk in upload.chunks(limit=LIMIT):
        size += len(chunk)
    async with transactions() as session:
        await session.execute(
            text("INSERT INTO heard (case_id, sequence) VALUES (:id, :n)"), {"id": thing_id, "n": size}
        )
    return {"size": size}


@streaming.post("/things/streamed")
async def post(_: Writer, upload: Upload) -> dict[str, int]:
    """Take a content under no name."""
    return {"size": sum([len(chunk) async for chunk in upload.chunks(limit=LIMIT)])}


class Reads:
    """What was read of contents, to see that no more is than is wanted."""

    def __init__(self) -> None:
        self.pieces = 0
        self.closed = 0


@streaming.get("/things/{thing_id}/content")
async def get(_: Writer, request: Request, thing_id: uuid.UUID, transactions: Transactions) -> Response:
    """Give a content."""
    async with transactions() as session:
        await session.execute(text("SELECT true"))
    reads: Reads = request.app.state.reads

    async def read(start: int, end: int) -> AsyncGenerator[bytes, None]:
        try:
            for position in range(start, end):
                reads.pieces += 1
                yield THING[position : position + 1]
        finally:
            reads.closed += 1

    return download(request, Content(len(THING), "text/plain", ETAG, "Plan – Übersicht.txt", read))


service = Service(
    name="things",
    title="Things",
    description="For tests.",
    routers=[plain, streaming],
    metadata=MetaData(),
    migrations=migrate,
)


class Trusting(TokenVerifier):
    """Takes a token for the scope that it grants."""

    async def verify(self, token: str) -> Principal:
        if token == "none":
            raise Unauthenticated
        return Principal("client", uuid.UUID(int=1), frozenset(token.split()))


def runtime(database: Database, service: Service = service) -> Runtime:
    return Runtime(
        service=service,
        settings=ProcessSettings(database_url=SecretStr("postgresql://unused/unused"), public_url="http://rtp.test"),
        database=database,
        verifier=Trusting(issuer="", keys=FixedKeys(None)),  # type: ignore[arg-type]  # it asks for none
        outbox=Outbox("things", "http://rtp.test"),
        metrics=Metrics("things"),
    )
