"""The HTTP edge of a service: access, transaction, idempotency, conditional requests and problems, each in one place.

A route that is built with `router()` is admitted, runs in one transaction that commits before the answer is sent, and
is refused at import if its signature does not declare who may call it.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_shared import etags, idempotency, problems, tracing
from rtp_shared.auth import Access, Principal, Public, authenticate
from rtp_shared.db import is_away, sqlstate
from rtp_shared.openapi import describe, operation_id
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError, Invalid, Malformed, Refusal, TooLarge, Unavailable, Unsupported
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
SAFE = ("GET", "HEAD", "OPTIONS")


class Edge(APIRoute):
    """A route with its edge around it: admit, begin, answer, commit."""

    def get_route_handler(self) -> Handle:
        inner = super().get_route_handler()
        admit = self._access()

        async def handle(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            principal = await authenticate(runtime.verifier, request.headers.get("authorization"))
            request.state.principal = principal
            await admit(request)
            if request.method not in SAFE:
                # The whole body first: a slow sender must not hold a database connection.
                await self._read_body(request)
            readers = principal.readers if principal else ("public",)
            async with runtime.database.transaction(readers, read_only=request.method in SAFE) as session:
                request.state.session = session
                response = await _answer_once(inner, request, session, principal)
            return _conditional(request, response)

        return handle

    def _access(self) -> Callable[[Request], Awaitable[Principal | None]]:
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
        return Response(status_code=304, headers={"ETag": current or ""})
    return response


def router(**arguments: Any) -> APIRouter:
    """The router of a service: all of its routes have the edge."""
    return APIRouter(route_class=Edge, **arguments)


async def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _outbox(request: Request) -> Outbox:
    outbox: Outbox = request.app.state.runtime.outbox
    return outbox


Session = Annotated[AsyncSession, Depends(_session)]
"""The request's session, in the transaction that the edge commits. Read-only for GET."""

Events = Annotated[Outbox, Depends(_outbox)]
"""The way out for events, in the same transaction."""


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
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _unexpected)
    return app


def _add_health(app: FastAPI, runtime: Runtime) -> None:
    async def health() -> dict[str, str]:
        """Whether the process is alive."""
        return {"status": "alive"}

    async def ready() -> dict[str, str]:
        """Whether the process can do its work: its database answers."""
        async with runtime.database.transaction((), read_only=True) as session:
            await session.execute(text("SELECT 1"))
        return {"status": "ready"}

    async def metrics() -> Response:
        """Metrics in Prometheus' text format."""
        return Response(runtime.metrics.render(), media_type="text/plain; version=0.0.4")

    for path, endpoint in (("/health", health), ("/ready", ready), ("/metrics", metrics)):
        app.add_api_route(path, endpoint, include_in_schema=False)


def _problem(request: Request, refusal: Refusal) -> Response:
    base_url = request.app.state.runtime.settings.public_url
    return Response(
        problems.problem(refusal, base_url=base_url, instance=request.url.path),
        status_code=refusal.status,
        headers=dict(refusal.headers),
        media_type=problems.CONTENT_TYPE,
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this class only
    return _problem(request, error)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return _problem(request, Malformed("the body is not JSON", errors=[FieldError("", "is not JSON")]))
    return _problem(request, Invalid(errors=[_field_error(e) for e in found]))


def _field_error(error: dict[str, Any]) -> FieldError:
    location, *path = error["loc"] or ("body",)
    if location == "body":
        field = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    else:
        field = ".".join(str(part) for part in path)
    return FieldError(field, str(error["msg"]).removeprefix("Value error, "), str(location))


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == 400:
        return _problem(request, Malformed("the body cannot be read"))
    body = problems.plain_problem(error.status_code, instance=request.url.path)
    return Response(body, error.status_code, headers=dict(error.headers or {}), media_type=problems.CONTENT_TYPE)


async def _unexpected(request: Request, error: Exception) -> Response:
    if refusal := as_refusal(error):
        return _problem(request, refusal)
    body = problems.plain_problem(500, instance=request.url.path)
    return Response(body, 500, media_type=problems.CONTENT_TYPE)


def as_refusal(error: Exception) -> Refusal | None:
    """What an error of the database or of text encoding means to the caller; None where it is our own fault."""
    if is_away(error):
        return Unavailable("the database does not answer")
    state = sqlstate(error)
    if state[:2] == "22":
        return Invalid("a value cannot be stored")
    if state[:2] in ("23", "40"):
        return problems.Conflict("another request changed the same thing at the same time; try again")
    if isinstance(error, UnicodeError):
        return Invalid("a text is not valid Unicode")
    return None


class Surroundings:
    """What surrounds every request: trace, body limit, metrics, log line. The outermost ASGI application."""

    def __init__(self, app: ASGIApp, *, runtime: Runtime) -> None:
        self.app = app
        self.runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        correlation = headers.get(b"correlation-id") or headers.get(b"x-correlation-id") or b""
        trace = tracing.continue_trace(
            headers.get(b"traceparent", b"").decode("latin-1"), correlation_id=_clean(correlation)
        )
        token = tracing.current.set(trace)
        answer = _Answer(send, trace.correlation_id)
        started = time.perf_counter()
        try:
            limited = _limited(receive, headers, self.runtime.settings.body_limit)
            await self.app(scope, limited, answer.send)
        except Exception as error:
            if not answer.status:
                raise
            if as_refusal(error) is None:
                log.exception("a request failed")
        finally:
            self._record(scope, answer.status, time.perf_counter() - started)
            tracing.current.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        metrics = self.runtime.metrics
        metrics.requests.labels(metrics.service, scope["method"], route, str(status)).observe(seconds)
        if log.isEnabledFor(logging.INFO):
            log.info(
                "request",
                extra={"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 2)},
            )


def _clean(correlation: bytes) -> str | None:
    """A caller's correlation id, if it is short and plain enough to be logged and sent on."""
    text_ = correlation.decode("latin-1")
    return text_ if 0 < len(text_) <= 128 and text_.isascii() and text_.isprintable() else None


def _limited(receive: Receive, headers: dict[bytes, bytes], limit: int) -> Receive:
    """`receive` that refuses a body over the limit: by its announced length at once, otherwise by what has arrived."""
    arrived = 0
    announced = headers.get(b"content-length", b"0")
    refused = announced.isdigit() and int(announced[:20]) > limit

    async def limited() -> Message:
        nonlocal arrived
        if refused:
            raise TooLarge(f"at most {limit} bytes")
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > limit:
            raise TooLarge(f"at most {limit} bytes")
        return message

    return limited


class _Answer:
    def __init__(self, send: Send, correlation_id: str) -> None:
        self._send = send
        self._correlation_id = correlation_id.encode("latin-1")
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            headers += [(b"correlation-id", self._correlation_id), (b"x-content-type-options", b"nosniff")]
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"private, no-cache"))
            message["headers"] = headers
        await self._send(message)
