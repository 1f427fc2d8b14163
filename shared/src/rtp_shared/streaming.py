"""Routes whose request or answer is too large to be held in memory, or too slow to hold a database connection for.

A route built with `streaming_router()` is admitted like any other, before anything of its body is read. It is not in a
transaction: it opens its own, around the moments that need one, and each commits at its end and so before the answer.

Idempotency-Key is for writes that would be done twice. PUT and DELETE are not, by their definition (RFC 9110 section
9.2.2), and need none here: it is ignored. For any other method it is refused, so that nobody relies on it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from rtp_shared import idempotency, web
from rtp_shared.dependencies import get_session
from rtp_shared.identities import Principal
from rtp_shared.middleware import BODY, Body
from rtp_shared.problems import FieldError, Malformed, Unsupported

REPEATABLE = (*web.SAFE, "PUT", "DELETE")


class StreamingRoute(web.ServiceRoute):
    """A route that streams, with its edge around it: admit, answer."""

    accepts_idempotency_keys = False

    def get_route_handler(self) -> web.RouteHandler:
        if any(dependency.call is get_session for dependency in self.dependant.dependencies):
            raise TypeError(f"{self.path} streams: it takes Transactions, and no Session")
        return super().get_route_handler()

    async def _answer(self, inner: web.RouteHandler, request: Request, client: Principal | None) -> Response:
        if request.method not in REPEATABLE and idempotency.HEADER in request.headers:
            raise Malformed(
                "this operation does not take an Idempotency-Key",
                errors=[FieldError("Idempotency-Key", "is not taken here", "header")],
            )
        return await inner(request)


def create_streaming_router(**arguments: Any) -> APIRouter:
    """The router of what streams: all of its routes have the streaming edge."""
    return APIRouter(route_class=StreamingRoute, **arguments)


class OpenTransaction:
    """Opens transactions that act as the request's caller: `async with transactions() as session`."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __call__(self, *, read_only: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
        return web.begin(self._request, read_only=read_only)


async def _transactions(request: Request) -> OpenTransaction:
    return OpenTransaction(request)


Transactions = Annotated[OpenTransaction, Depends(_transactions)]
"""For routes that stream: each transaction commits at the end of its block. Keep no block open while a body streams."""


class IncomingBody:
    """The request's body as it comes. Nothing of it is read, nor the sender told to go on, before `chunks`."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def media_type(self) -> str:
        """The Content-Type header as it was sent."""
        return self._request.headers.get("content-type", "")

    async def chunks(self, *, limit: int) -> AsyncIterator[bytes]:
        """The body's bytes; refuse (413) one of more than `limit` as soon as that is announced or has come."""
        body: Body = self._request.scope[BODY]
        body.allow(limit)
        async for chunk in self._request.stream():
            if chunk:
                yield chunk


async def _incoming(request: Request) -> IncomingBody:
    if "content-range" in request.headers:
        # RFC 9110 section 14.5: a part must not be taken for the whole.
        raise Malformed(
            "send the whole content", errors=[FieldError("Content-Range", "parts are not taken here", "header")]
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unsupported(
            "send the content as it is", errors=[FieldError("Content-Encoding", "is not decoded here", "header")]
        )
    return IncomingBody(request)


Upload = Annotated[IncomingBody, Depends(_incoming)]
"""The body of a route that streams."""


def describe_streamed_body(media_types: Sequence[str]) -> dict[str, Any]:
    """What `openapi_extra` says of a streamed body."""
    return {"requestBody": {"required": True, "content": {each: {"schema": _BINARY} for each in media_types}}}


_BINARY = {"type": "string", "format": "binary"}
