"""Routes whose transaction begins late, when everything that is asked outside has been answered.

Until then such a request holds no database connection, however long a sink or a name server takes.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from rtp_shared import idempotency
from rtp_shared.idempotency import AnsweredMeanwhile
from rtp_shared.identities import Principal
from rtp_shared.web import RouteHandler, ServiceRoute, begin, join_lines


class StoredKey(NamedTuple):
    """An Idempotency-Key, as the response to the request is stored under it."""

    principal: Principal
    key: str
    fingerprint: bytes


ASKS_OUTSIDE: dict[int | str, dict[str, Any]] = {
    429: {"description": "Too many sinks of this client are asked at once"}
}
"""For the document: `responses` of a route that asks sinks or name servers."""


@dataclass(frozen=True, slots=True)
class LateTransaction:
    """The transaction of one request, which its route commits, and what is read before it."""

    session: AsyncSession
    """It connects with its first statement."""
    key: StoredKey | None
    read: Callable[[], AbstractAsyncContextManager[AsyncSession]]
    """Opens a short read-only transaction: `async with transaction.read() as session`."""

    async def begin(self) -> AsyncSession:
        """Begin to write: from here on the request holds a connection, and asks nobody outside."""
        if self.key is not None and (response := await idempotency.load_response(self.session, *self.key)):
            raise AnsweredMeanwhile(response)
        return self.session


async def _get_transaction(request: Request) -> LateTransaction:
    transaction: LateTransaction = request.state.late_transaction
    return transaction


DeferredTransaction = Annotated[LateTransaction, Depends(_get_transaction)]


class DeferredRoute(ServiceRoute):
    """A route that may name a DeferredTransaction in its signature, instead of a Session."""

    async def _answer(self, inner: RouteHandler, request: Request, client: Principal | None) -> Response:
        if not any(dependency.call is _get_transaction for dependency in self.dependant.dependencies):
            return await super()._answer(inner, request, client)
        await self._read_body(request)
        key = await _read_key(request, client)
        if key is not None:
            async with begin(request) as session:
                if stored := await idempotency.load_response(session, *key):
                    return stored
        async with begin(request) as session:
            request.state.late_transaction = LateTransaction(session, key, partial(begin, request, read_only=True))
            try:
                return await _answer_and_store(inner, request, session, key)
            except AnsweredMeanwhile as answered:
                return answered.response


async def _read_key(request: Request, client: Principal | None) -> StoredKey | None:
    header = join_lines(request, idempotency.HEADER)
    if header is None or client is None:
        return None
    return StoredKey(client, idempotency.read_key(header), await idempotency.compute_fingerprint(request))


async def _answer_and_store(
    inner: RouteHandler, request: Request, session: AsyncSession, key: StoredKey | None
) -> Response:
    response = await inner(request)
    if key is not None:
        body = getattr(request.state, "stored_body", bytes(response.body))
        await idempotency.save_response(session, *key, response, body=body)
    return response
