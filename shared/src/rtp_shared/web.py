"""The HTTP edge of a service: access, transaction, idempotency, conditional requests and problems, each in one place.

A route that is built with `router()` is admitted, runs in one transaction that commits before the answer is sent, and
is refused at import if its signature does not declare who may call it.
"""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from rtp_shared import answers, etags, idempotency
from rtp_shared.auth import Access, Principal, Public, authenticate
from rtp_shared.openapi import describe, operation_id
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError, Refusal, Unsupported
from rtp_shared.service import Runtime
from rtp_shared.surroundings import Surroundings

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
SAFE = ("GET", "OPTIONS")


def begin(request: Request, *, read_only: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
    """A transaction that acts as the request's caller, as Database.transaction() has it. Read-only for GET."""
    runtime: Runtime = request.app.state.runtime
    principal: Principal | None = request.state.principal
    readers = principal.readers if principal else ("public",)
    return runtime.database.transaction(readers, read_only=read_only or request.method in SAFE)


class Edge(APIRoute):
    """A route with its edge around it: admit, begin, answer, commit."""

    takes_keys = True
    """Whether a write is done once for its Idempotency-Key."""

    def get_route_handler(self) -> Handle:
        inner = super().get_route_handler()
        admit = self._access()
        public = isinstance(admit, Public)

        async def handle(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            principal = await authenticate(runtime.verifier, request.headers.get("authorization"))
            request.state.principal = principal
            await admit(request)
            return _conditional(request, await self._answer(inner, request, None if public else principal))

        return handle

    async def _answer(self, inner: Handle, request: Request, client: Principal | None) -> Response:
        if request.method not in SAFE:
            # The whole body first: a slow sender must not hold a database connection.
            await self._read_body(request)
        async with begin(request) as session:
            request.state.session = session
            return await _answer_once(inner, request, session, client)

    def _access(self) -> Access | Public:
        declared = [d.call for d in self.dependant.dependencies if isinstance(d.call, Access | Public)]
        if len(declared) != 1:
            raise TypeError(f"{self.path} must declare in its signature who may call it")
        return declared[0]

    async def _read_body(self, request: Request) -> None:
        body = await request.body()
        if not body or self.body_field is None:
            return
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise Unsupported("send application/json", errors=[FieldError("Content-Type", "is not JSON", "header")])


async def _answer_once(inner: Handle, request: Request, session: AsyncSession, principal: Principal | None) -> Response:
    header = request.headers.get(idempotency.HEADER)
    if header is None or principal is None or request.method in SAFE:
        return await inner(request)
    key, print_ = idempotency.read_key(header), await idempotency.fingerprint(request)
    if (response := await idempotency.stored(session, principal, key, print_)) is None:
        response = await inner(request)
        # A route whose answer holds a secret says what a repetition gets instead (`request.state.kept_body`).
        body = getattr(request.state, "kept_body", bytes(response.body))
        await idempotency.store(session, principal, key, print_, response, body=body)
    return response


def _conditional(request: Request, response: Response) -> Response:
    current = response.headers.get("etag")
    if request.method in SAFE and etags.not_modified(request.headers.get("if-none-match"), current):
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response


def router(**arguments: Any) -> APIRouter:
    """The router of a service: all of its routes have the edge."""
    return APIRouter(route_class=Edge, **arguments)


async def session_of(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _outbox(request: Request) -> Outbox:
    outbox: Outbox = request.app.state.runtime.outbox
    return outbox


Session = Annotated[AsyncSession, Depends(session_of)]
"""The request's session, in the transaction that the edge commits. Read-only for GET."""

Events = Annotated[Outbox, Depends(_outbox)]
"""The way out for events, in the same transaction."""


async def _now(request: Request) -> datetime:
    runtime: Runtime = request.app.state.runtime
    return runtime.clock()


Now = Annotated[datetime, Depends(_now)]
"""The time of the request, by the clock that the platform runs on."""


class Application(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        # Around Starlette's last resort too, which answers and then raises again whatever nobody expected.
        return Surroundings(super().build_middleware_stack(), runtime=self.state.runtime)


def build_app(runtime: Runtime) -> FastAPI:
    """The ASGI application of a service. It has no lifespan: its runtime is opened and closed by whoever runs it."""
    service = runtime.service
    app = Application(
        title=service.title,
        description=service.description,
        version="1.0.0",
        openapi_url=service.openapi_url,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        generate_unique_id_function=operation_id,
    )
    app.state.runtime = runtime
    for each in service.routers:
        app.include_router(each)
    _add_health(app, runtime)
    describe(app, service.routers)
    app.add_exception_handler(Refusal, answers.refused)
    app.add_exception_handler(RequestValidationError, answers.not_valid)
    app.add_exception_handler(HTTPException, answers.plain)
    app.add_exception_handler(Exception, answers.unexpected)
    return app


def _add_health(app: FastAPI, runtime: Runtime) -> None:
    may_read_metrics = Access("metrics:read")

    async def health() -> dict[str, str]:
        """Whether the process is alive."""
        return {"status": "alive"}

    async def ready() -> dict[str, str]:
        """Whether the process can do its work: its database answers."""
        async with runtime.database.transaction((), read_only=True) as session:
            await session.execute(text("SELECT 1"))
        return {"status": "ready"}

    async def metrics(request: Request) -> Response:
        """Metrics in Prometheus' text format, for clients with the scope metrics:read: counts can give a draft away."""
        request.state.principal = await authenticate(runtime.verifier, request.headers.get("authorization"))
        await may_read_metrics(request)
        return Response(runtime.metrics.render(), media_type="text/plain; version=0.0.4")

    for path, endpoint in (("/health", health), ("/ready", ready), ("/metrics", metrics)):
        app.add_api_route(path, endpoint, include_in_schema=False)
