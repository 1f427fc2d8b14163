"""Routes whose request or response is too large to hold in memory, or too slow to hold a database connection for.

A route built with `create_streaming_router()` is admitted like any other, before anything of its body is read. It is
not in a transaction: it opens its own, around the moments that need one, and each commits at the end of its block.

Idempotency-Key is for writes that would be done twice. PUT and DELETE are not, by their definition (RFC 9110 section
9.2.2), and need none here: it is ignored. For any other method it is refused, so that nobody relies on it.
"""

from contextlib import AbstractAsyncContextManager
from enum import Enum
from functools import partial
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from rtp_shared import idempotency, web
from rtp_shared.dependencies import get_session
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError, Malformed

REPEATABLE = (*web.SAFE, "PUT", "DELETE")


class StreamingRoute(web.ServiceRoute):
    """A route that authenticates its caller and checks access, and opens its transactions itself."""

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


def create_streaming_router(*, prefix: str = "", tags: list[str | Enum] | None = None) -> APIRouter:
    """Create a router whose routes are all StreamingRoutes."""
    return APIRouter(route_class=StreamingRoute, prefix=prefix, tags=tags)


class OpenTransaction(Protocol):
    """Opens a transaction that acts as the request's caller: `async with transactions() as session`."""

    def __call__(self, *, read_only: bool = False) -> AbstractAsyncContextManager[AsyncSession]: ...


async def _get_transactions(request: Request) -> OpenTransaction:
    return partial(web.begin, request)


Transactions = Annotated[OpenTransaction, Depends(_get_transactions)]
"""For routes that stream: each transaction commits at the end of its block. Keep no block open while a body streams."""
