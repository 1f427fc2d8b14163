"""Routes whose request or response is too large to hold in memory, or too slow to hold a database connection for.

A route built with `create_streaming_router()` is admitted like any other, before anything of its body is read. It is
not in a transaction: it opens its own, around the moments that need one, and each commits at the end of its block.

A write that streams takes an Idempotency-Key if it names Answer in its signature, and saves its answer with it. The
body of a repetition is read for its digest alone. Without that the key is refused, so that nobody relies on it, but for
PUT and DELETE, which are not done twice by their definition (RFC 9110 section 9.2.2).
"""

import sys
from contextlib import AbstractAsyncContextManager
from enum import Enum
from functools import partial
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response
from starlette.types import Message

from rtp_shared import idempotency, web
from rtp_shared.dependencies import get_session
from rtp_shared.identities import Principal
from rtp_shared.middleware import BODY, RequestBody
from rtp_shared.problems import FieldError, Malformed

REPEATABLE = (*web.SAFE, "PUT", "DELETE")


class StreamedAnswer:
    """The answer of a write that streams, as it is stored under the Idempotency-Key of its request, if that has one."""

    def __init__(self, request: Request, client: Principal | None) -> None:
        self._request = request
        self._digest = idempotency.begin_fingerprint(request)
        header = web.join_lines(request, idempotency.HEADER)
        self._key = (client, idempotency.read_key(header)) if client and header is not None else None

    async def receive(self) -> Message:
        """Receive a part of the body, and add it to the digest."""
        message = await self._request.receive()
        self._digest.update(message.get("body", b""))
        return message

    async def is_known(self) -> bool:
        """Return whether an answer is stored for the key."""
        if self._key is None:
            return False
        async with web.begin(self._request, read_only=True) as session:
            return await idempotency.is_stored(session, *self._key)

    async def repeat(self) -> Response:
        """Read the body to its end and return the stored answer; raise KeyUsedForAnother if it is another request."""
        body: RequestBody = self._request.scope[BODY]
        body.allow(sys.maxsize)
        while (message := await self.receive())["type"] == "http.request" and message.get("more_body"):
            pass
        async with web.begin(self._request, read_only=True) as session:
            await self.require_new(session)
        raise idempotency.StillRunning  # it was stored, and is gone: its time ended just now

    async def require_new(self, session: AsyncSession) -> None:
        """Lock the key until the transaction ends; raise AnsweredMeanwhile if its answer is stored by now."""
        if self._key is None:
            return
        self._fingerprint = idempotency.end_fingerprint(self._request, self._digest.copy())
        if (response := await idempotency.load_response(session, *self._key, self._fingerprint)) is not None:
            raise idempotency.AnsweredMeanwhile(response)

    async def save(self, session: AsyncSession, body: BaseModel, response: Response, *, status: int) -> None:
        """Store the answer in the write's own transaction."""
        if self._key is not None:
            content = body.model_dump_json(by_alias=True).encode()
            answer = Response(content, status, dict(response.headers), "application/json")
            await idempotency.save_response(session, *self._key, self._fingerprint, answer, body=content)


class StreamingRoute(web.ServiceRoute):
    """A route that authenticates its caller and checks access, and opens its transactions itself."""

    def get_route_handler(self) -> web.RouteHandler:
        named = {dependency.call for dependency in self.dependant.dependencies}
        if get_session in named:
            raise TypeError(f"{self.path} streams: it takes Transactions, and no Session")
        self.accepts_idempotency_keys = _get_answer in named
        return super().get_route_handler()

    async def _answer(self, inner: web.RouteHandler, request: Request, client: Principal | None) -> Response:
        if not self.accepts_idempotency_keys:
            if request.method not in REPEATABLE and idempotency.HEADER in request.headers:
                raise Malformed(
                    "this operation does not take an Idempotency-Key",
                    errors=[FieldError("Idempotency-Key", "is not taken here", "header")],
                )
            return await inner(request)
        answer = request.state.streamed_answer = StreamedAnswer(request, client)
        try:
            return await (answer.repeat() if await answer.is_known() else inner(Request(request.scope, answer.receive)))
        except idempotency.AnsweredMeanwhile as answered:
            return answered.response


def create_streaming_router(*, prefix: str = "", tags: list[str | Enum] | None = None) -> APIRouter:
    """Create a router whose routes are all StreamingRoutes."""
    return APIRouter(route_class=StreamingRoute, prefix=prefix, tags=tags)


class OpenTransaction(Protocol):
    """Opens a transaction that acts as the request's caller: `async with transactions() as session`."""

    def __call__(self, *, read_only: bool = False) -> AbstractAsyncContextManager[AsyncSession]: ...


async def _get_transactions(request: Request) -> OpenTransaction:
    return partial(web.begin, request)


async def _get_answer(request: Request) -> StreamedAnswer:
    answer: StreamedAnswer = request.state.streamed_answer
    return answer


Answer = Annotated[StreamedAnswer, Depends(_get_answer)]
"""For writes that stream: `require_new` first in the transaction that writes, `save` last."""


Transactions = Annotated[OpenTransaction, Depends(_get_transactions)]
"""For routes that stream: each transaction commits at the end of its block. Keep no block open while a body streams."""
