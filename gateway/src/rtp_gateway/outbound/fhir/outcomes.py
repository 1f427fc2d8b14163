"""Refusals in FHIR: an OperationOutcome instead of problem details. Source: FHIR R4, OperationOutcome and http.html."""

import json
import re

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtp_gateway.forms.signals import CONTENT_TYPE
from rtp_gateway.outbound.deferred import DeferredRoute
from rtp_gateway.outbound.fhir.errors import SubscriptionExists
from rtp_gateway.outbound.fhir.mapping import to_fhir_field
from rtp_gateway.types import JsonMapping, JsonObject
from rtp_shared import exception_handlers
from rtp_shared.problems import CONTENT_TYPE as PROBLEM
from rtp_shared.problems import FieldError, Refusal
from rtp_shared.web import RouteHandler

_CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "value",
    428: "required",
    429: "throttled",
    500: "exception",
    503: "transient",
}
"""Status -> issue type (value set issue-type)."""
_MISSING = "is missing"


class FhirResponse(JSONResponse):
    """A response in FHIR's JSON."""

    media_type = CONTENT_TYPE


class FhirRoute(DeferredRoute):
    """A route with its edge, which answers in FHIR whatever is refused."""

    def get_route_handler(self) -> RouteHandler:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Exception as error:
                if (response := await _render_refusal(request, error)) is None:
                    raise
                return _to_fhir(response)

        return handle


async def _render_refusal(request: Request, error: Exception) -> Response | None:
    if isinstance(error, RequestValidationError):
        return await exception_handlers.handle_validation_error(request, error)
    if isinstance(error, HTTPException):  # a body that is no text
        return await exception_handlers.handle_http_exception(request, error)
    refusal = error if isinstance(error, Refusal) else exception_handlers.translate_error(error)
    return None if refusal is None else await exception_handlers.handle_refusal(request, refusal)


def _to_fhir(problem: Response, *, offered: str = "") -> Response:
    told = json.loads(bytes(problem.body))
    document = build_outcome({**told, "detail": told["detail"] + offered})
    kept = {name: value for name, value in problem.headers.items() if not name.startswith("content-")}
    return FhirResponse(document, status_code=problem.status_code, headers=kept)


class FhirOutcomes:
    """An application around another, which gives what no route below /fhir answered the form of FHIR too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] + "/").startswith("/fhir/"):
            await self._answer(scope, receive, _OutcomeSender(send))
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, sender: "_OutcomeSender") -> None:
        try:
            await self.app(scope, receive, sender.send)
        except Exception as error:
            if not sender.started:
                response = await exception_handlers.handle_exception(Request(scope), error)
                await response(scope, receive, sender.send)
            raise


class _OutcomeSender:
    """Sends a response on, and problem details as an OperationOutcome."""

    def __init__(self, send: Send) -> None:
        self.started = False
        self._send = send
        self._problem: Response | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
            if headers.get("content-type") == PROBLEM:
                self._problem = Response(status_code=message["status"], headers=headers)
                return
        if self._problem is None:
            await self._send(message)
            return
        self._problem.body = bytes(self._problem.body) + message.get("body", b"")
        if not message.get("more_body"):
            refused = self._problem.status_code in _NOT_OFFERED
            response = _to_fhir(self._problem, offered=_OFFERED if refused else "")
            start = {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
            await self._send(start)
            await self._send({"type": "http.response.body", "body": bytes(response.body)})


_NOT_OFFERED = (404, 405)
"""Where no route has the path, or none has it with this method."""
_OFFERED = "; /fhir/R4/metadata says what is offered: Subscription and StructureDefinition"


def build_outcome(problem: JsonMapping) -> JsonObject:
    """Return problem details as an OperationOutcome, with an issue for each wrong field."""
    code = _CODES.get(problem["status"], "processing")
    if problem["type"].endswith("/" + SubscriptionExists.slug()):
        code = "duplicate"
    about = {"severity": "error", "code": code, "details": {"text": problem["title"]}}
    fields = [FieldError(each["field"], each["reason"], each["in"]) for each in problem.get("errors", ())]
    issues = [{**about, **_locate(to_fhir_field(each))} for each in fields] or [
        {**about, "diagnostics": problem["detail"]}
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _locate(error: FieldError) -> JsonObject:
    if error.location != "body":
        return {"diagnostics": f"{error.field} {error.reason}", "location": [f"http.{error.field}"]}
    path = re.sub(r"\.(\d+)", r"[\1]", "Subscription" + error.field.replace("/", "."))
    place: JsonObject = {"diagnostics": error.reason, "expression": [path]}
    return {**place, "code": "required"} if error.reason == _MISSING else place
