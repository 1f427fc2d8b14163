"""Exception handlers: refusals and whatever else goes wrong become problem details, in this one place."""

import difflib
import logging
from collections.abc import Sequence

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import compile_path

from rtp_shared import problems, validation
from rtp_shared.db import describe_error, get_sqlstate, is_unavailable
from rtp_shared.problems import MOST_ERRORS, FieldError, Invalid, Malformed, Refusal, Unavailable, UnknownAction

log = logging.getLogger(__name__)

LONGEST_FIELD = 200
"""Characters of a field's name: a problem document is never larger than what it is about."""


def _respond(request: Request, refusal: Refusal) -> Response:
    base_url = request.app.state.runtime.settings.public_url
    return Response(
        problems.render_problem(refusal, base_url=base_url, instance=request.url.path),
        status_code=refusal.status,
        headers=dict(refusal.headers),
        media_type=problems.CONTENT_TYPE,
    )


async def handle_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this class only
    return _respond(request, error)


async def handle_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    errors = error.errors()
    if any(e["type"] == "json_invalid" for e in errors):
        return _respond(request, _refuse_body("is not JSON"))
    described = list(validation.describe_errors(errors[:MOST_ERRORS], error.body))
    named = [each._replace(field=each.field[:LONGEST_FIELD]) for each in described]
    more = f"{len(errors)} are not right; the first {MOST_ERRORS} are named" if len(errors) > MOST_ERRORS else ""
    return _respond(request, Invalid(more, errors=named) if more else Invalid(errors=named))


async def handle_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == 400:
        return _respond(request, _refuse_body("cannot be read as JSON"))
    if error.status_code == 404 and (actions := _list_actions(request)):
        return _respond(request, _refuse_action(request, actions))
    path, detail, headers = request.url.path[:LONGEST_FIELD], "", dict(error.headers or {})
    if error.status_code == 405:
        headers = {"Allow": ", ".join(_list_methods(request))}
        detail = f"{request.method} is not taken at {path}; there is {headers['Allow']}"
    elif error.status_code == 404:
        detail = _describe_absence(request, path)
    body = problems.render_plain_problem(error.status_code, instance=request.url.path, detail=detail)
    return Response(body, error.status_code, headers=headers, media_type=problems.CONTENT_TYPE)


def _describe_absence(request: Request, path: str) -> str:
    bare = path.rstrip("/")
    if bare != path and any(route.path_regex.match(bare) for route in _list_routes(request)):
        return f"there is nothing at {path}: leave out the slash at its end, {bare} is there"
    return f"there is nothing at {path}; /openapi.json names every path"


def _list_actions(request: Request) -> list[str]:
    """Return the actions below the path that was asked for, if it is one of an action."""
    parent = request.scope["path"].rpartition("/")[0]
    if not parent.endswith("/actions"):
        return []
    paths = [route.path.rpartition("/") for route in _list_routes(request)]
    below = [(above, name) for above, _, name in paths if above.endswith("/actions")]
    return sorted(name for above, name in below if compile_path(above)[0].match(parent))


def _list_routes(request: Request) -> list[APIRoute]:
    routers = request.app.state.runtime.service.routers
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def _refuse_action(request: Request, actions: Sequence[str]) -> UnknownAction:
    name = request.scope["path"].rpartition("/")[2][:LONGEST_FIELD]
    close = difflib.get_close_matches(name, actions, n=3)
    return UnknownAction(f"{name} is no action here" + (f"; there is {', '.join(close)}" if close else ""))


def _refuse_body(reason: str) -> Malformed:
    return Malformed(f"the body {reason}", errors=[FieldError("", reason)])


def _list_methods(request: Request) -> list[str]:
    """Return every method that the path takes; one route knows only its own."""
    matching = [route for route in _list_routes(request) if route.path_regex.match(request.scope["path"])]
    methods = {method for route in matching for method in route.methods or ()} or {"GET"}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


GONE_AWAY = 499
"""Status for metrics and logs, which nobody gets: the caller went away before it had sent everything."""


async def handle_exception(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=GONE_AWAY)
    if is_unavailable(error):
        log.warning("the database of RTP_DATABASE_URL does not answer", extra={"error": describe_error(error)})
    if refusal := translate_error(error):
        return _respond(request, refusal)
    body = problems.render_plain_problem(500, instance=request.url.path)
    return Response(body, 500, media_type=problems.CONTENT_TYPE)


_CONSTRAINTS = ("23503", "23505", "23P01")
"""Foreign key, unique and exclusion violations: what another request can bring about. Others are mistakes of ours."""


def translate_error(error: Exception) -> Refusal | None:
    """Return what an error of the database or of text encoding means to the caller; None where the fault is ours."""
    if is_unavailable(error):
        return Unavailable("the database does not answer")
    state = get_sqlstate(error)
    if state[:2] == "22":
        return Invalid("a value cannot be stored")
    if state in _CONSTRAINTS or state[:2] == "40":
        return problems.Conflict("another request changed the same thing at the same time; try again")
    if isinstance(error, UnicodeError):
        return Invalid("a text is not valid Unicode")
    return None
