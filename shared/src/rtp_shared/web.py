"""The HTTP edge of a service: access, transaction, idempotency, conditional requests and problems, each in one place.

A route that is built with `router()` is admitted, runs in one transaction that commits before the answer is sent, and
is refused at import if its signature does not declare who may call it.
"""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from rtp_shared import etags, exception_handlers, idempotency
from rtp_shared.auth import Access, Public, authenticate
from rtp_shared.identities import PUBLIC, Principal
from rtp_shared.middleware import RequestMiddleware
from rtp_shared.openapi import describe, operation_id
from rtp_shared.problems import FieldError, Refusal, Unsupported
from rtp_shared.service import Runtime

RouteHandler = Callable[[Request], Coroutine[Any, Any, Response]]
SAFE = ("GET", "OPTIONS")


def begin(request: Request, *, read_only: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
    """A transaction that acts as the request's caller, as Database.transaction() has it. Read-only for GET."""
    runtime: Runtime = request.app.state.runtime
    principal: Principal | None = request.state.principal
    identities = principal.identities if principal else PUBLIC
    return runtime.database.transaction(identities, read_only=read_only or request.method in SAFE)


class ServiceRoute(APIRoute):
    """A route with its edge around it: admit, begin, answer, commit."""

    accepts_idempotency_keys = True
    """Whether a write is done once for its Idempotency-Key."""

    def get_route_handler(self) -> RouteHandler:
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

    async def _answer(self, inner: RouteHandler, request: Request, client: Principal | None) -> Response:
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


async def _answer_once(
    inner: RouteHandler, request: Request, session: AsyncSession, principal: Principal | None
) -> Response:
    header = request.headers.get(idempotency.HEADER)
    if header is None or principal is None or request.method in SAFE:
        return await inner(request)
    key, print_ = idempotency.read_key(header), await idempotency.compute_fingerprint(request)
    if (response := await idempotency.load_response(session, principal, key, print_)) is None:
        response = await inner(request)
        # A route whose answer holds a secret says what a repetition gets instead (`request.state.stored_body`).
        body = getattr(request.state, "stored_body", bytes(response.body))
        await idempotency.save_response(session, principal, key, print_, response, body=body)
    return response


def _conditional(request: Request, response: Response) -> Response:
    current = response.headers.get("etag")
    if request.method in SAFE and etags.is_not_modified(request.headers.get("if-none-match"), current):
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response


def create_router(**arguments: Any) -> APIRouter:
    """The router of a service: all of its routes have the edge."""
    return APIRouter(route_class=ServiceRoute, **arguments)


class ServiceApp(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        # Around Starlette's last resort too, which answers and then raises again whatever nobody expected.
        return RequestMiddleware(super().build_middleware_stack(), runtime=self.state.runtime)


def build_app(runtime: Runtime) -> FastAPI:
    """The ASGI application of a service. It has no lifespan: its runtime is opened and closed by whoever runs it."""
    service = runtime.service
    app = ServiceApp(
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
    app.add_exception_handler(Refusal, exception_handlers.handle_refusal)
    app.add_exception_handler(RequestValidationError, exception_handlers.handle_validation_error)
    app.add_exception_handler(HTTPException, exception_handlers.handle_http_exception)
    app.add_exception_handler(Exception, exception_handlers.handle_exception)
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
