"""The web side of a service: routes that each run in one transaction, and the ASGI application around them.

A route is refused at import if its signature does not declare who may call it. Its transaction commits before the
response is sent.
"""

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from enum import Enum
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
from rtp_shared.json_bodies import require_few_values
from rtp_shared.middleware import RequestMiddleware
from rtp_shared.openapi import describe, make_operation_id
from rtp_shared.parameters import find_parameters, require_known_parameters
from rtp_shared.problems import FieldError, Malformed, Refusal, Unsupported
from rtp_shared.service import Runtime

RouteHandler = Callable[[Request], Coroutine[Any, Any, Response]]
SAFE = ("GET", "OPTIONS")
ALONE = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "On-Behalf-Of")
"""Headers that have one value."""
UTF_8 = ("utf-8", "utf8", "us-ascii")
_CHARSET = re.compile(r';[ \t]*charset="?([^\s";]*)', re.IGNORECASE)
_require_metrics_access = Access("metrics:read")


@asynccontextmanager
async def begin(request: Request, *, read_only: bool = False) -> AsyncIterator[AsyncSession]:
    """Begin a transaction that acts as the request's caller, who may still be one. It is read-only for GET."""
    runtime: Runtime = request.app.state.runtime
    principal: Principal | None = request.state.principal
    if principal is not None:
        # Since the token was looked at, a body may have come slowly, or a reader have waited.
        await runtime.verifier.require_current(principal)
    identities = principal.identities if principal else PUBLIC
    async with runtime.database.transaction(identities, read_only=read_only or request.method in SAFE) as session:
        yield session


class ServiceRoute(APIRoute):
    """A route that authenticates its caller, checks access and answers in one transaction."""

    accepts_idempotency_keys = True
    """True where a write is done once for its Idempotency-Key."""
    reads_tokens = True
    """False where nobody needs a token, and one that holds no more keeps nobody out."""
    refuses_unknown_parameters = True
    """False where a standard has what is not known left aside."""

    def get_route_handler(self) -> RouteHandler:
        inner = super().get_route_handler()
        require_access = self._get_access()
        public = isinstance(require_access, Public)
        parameters = find_parameters(self.dependant)

        async def handle(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            _require_single_lines(request)
            token = request.headers.get("authorization") if self.reads_tokens else None
            principal = await authenticate(runtime.verifier, token)
            request.state.principal = principal
            await require_access(request)
            if self.refuses_unknown_parameters:
                require_known_parameters(request.query_params, parameters)
            if request.method not in SAFE:
                _require_uncompressed(request)
            return _apply_conditions(request, await self._answer(inner, request, None if public else principal))

        return handle

    async def _answer(self, inner: RouteHandler, request: Request, client: Principal | None) -> Response:
        if request.method not in SAFE:
            # The whole body first: a slow sender must not hold a database connection.
            await self._read_body(request)
        async with begin(request) as session:
            request.state.session = session
            return await _answer_once(inner, request, session, client)

    def _get_access(self) -> Access | Public:
        declared = [d.call for d in self.dependant.dependencies if isinstance(d.call, Access | Public)]
        if len(declared) != 1:
            raise TypeError(f"{self.path} must declare in its signature who may call it")
        return declared[0]

    async def _read_body(self, request: Request) -> None:
        body = await request.body()
        if not body or self.body_field is None:
            return
        kind, _, rest = request.headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise Unsupported("send application/json", errors=[FieldError("Content-Type", "is not JSON", "header")])
        charset = _CHARSET.search(";" + rest)
        # JSON is sent in UTF-8 (RFC 8259 section 8.1); text in UTF-16 or UTF-32 has a zero among its first bytes.
        if (charset and charset[1].lower() not in UTF_8) or b"\0" in body[:4]:
            raise Unsupported(
                "send JSON in UTF-8", errors=[FieldError("Content-Type", "only UTF-8 is taken", "header")]
            )
        await require_few_values(request)


def join_lines(request: Request, name: str) -> str | None:
    """Return the value of a header whose lines are read as one (RFC 9110 section 5.3), or None where there is none."""
    lines = request.headers.getlist(name)
    return ", ".join(lines) if lines else None


def _require_single_lines(request: Request) -> None:
    """Refuse two lines of a header that has one value: which of them is meant, nobody can tell."""
    if errors := [
        FieldError(name, "is sent more than once", "header") for name in ALONE if len(request.headers.getlist(name)) > 1
    ]:
        raise Malformed(errors=errors)


def _require_uncompressed(request: Request) -> None:
    codings = join_lines(request, "content-encoding") or "identity"
    if any(each.strip().lower() not in ("identity", "") for each in codings.split(",")):
        raise Unsupported(
            "send the body as it is, without compression",
            errors=[FieldError("Content-Encoding", "compressed bodies are not taken", "header")],
            headers={"Accept-Encoding": "identity"},
        )


async def _answer_once(
    inner: RouteHandler, request: Request, session: AsyncSession, principal: Principal | None
) -> Response:
    header = join_lines(request, idempotency.HEADER)
    if header is None or principal is None or request.method in SAFE:
        return await inner(request)
    key, fingerprint = idempotency.read_key(header), await idempotency.compute_fingerprint(request)
    if (response := await idempotency.load_response(session, principal, key, fingerprint)) is None:
        response = await inner(request)
        # A route whose response holds a secret says what a repetition gets instead (`request.state.stored_body`).
        body = getattr(request.state, "stored_body", bytes(response.body))
        await idempotency.save_response(session, principal, key, fingerprint, response, body=body)
    return response


def _apply_conditions(request: Request, response: Response) -> Response:
    current = response.headers.get("etag")
    if request.method in SAFE and etags.is_not_modified(request.headers.getlist("if-none-match"), current):
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response


def create_router(*, prefix: str = "", tags: list[str | Enum] | None = None) -> APIRouter:
    """Create the router of a service, whose routes are all ServiceRoutes."""
    return APIRouter(route_class=ServiceRoute, prefix=prefix, tags=tags)


class ServiceApp(FastAPI):
    """A FastAPI application inside the request middleware."""

    def build_middleware_stack(self) -> ASGIApp:
        # Around Starlette's last resort too, which answers and then raises again whatever nobody expected.
        return RequestMiddleware(super().build_middleware_stack(), runtime=self.state.runtime)


def build_app(runtime: Runtime) -> FastAPI:
    """Build the ASGI application of a service. It has no lifespan: whoever runs it opens and closes its runtime."""
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
        generate_unique_id_function=make_operation_id,
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
    async def health() -> dict[str, str]:
        """Say that the process is alive."""
        return {"status": "alive"}

    async def ready() -> dict[str, str]:
        """Say that the process can do its work: its database answers."""
        async with runtime.database.transaction((), read_only=True) as session:
            await session.execute(text("SELECT 1"))
        return {"status": "ready"}

    for path, endpoint in (("/health", health), ("/ready", ready), ("/metrics", show_metrics)):
        app.add_api_route(path, endpoint, include_in_schema=False)


async def show_metrics(request: Request) -> Response:
    """Return metrics in Prometheus' text format, for clients with metrics:read: counts can give a secret away."""
    runtime: Runtime = request.app.state.runtime
    request.state.principal = await authenticate(runtime.verifier, request.headers.get("authorization"))
    await _require_metrics_access(request)
    return Response(runtime.metrics.render(), media_type="text/plain; version=0.0.4")
