"""Refusals, each class one kind of problem, and the functions that render them as problem details (RFC 9457)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple


class FieldError(NamedTuple):
    """One wrong field: where it stands (a JSON pointer in the body or case, else the parameter's name) and why so."""

    field: str
    reason: str
    location: str = "body"


class Refusal(Exception):
    """Something was refused. The message is the problem's `detail`; a class is one problem type."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    headers: Mapping[str, str] = {}

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors
        self.extra = extra or {}
        if headers:
            self.headers = headers

    @classmethod
    def slug(cls) -> str:
        """Return the last part of the problem type's URI: the class name in kebab case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class Malformed(Refusal):
    status, title = 400, "The request cannot be read"


class Unauthenticated(Refusal):
    status, title = 401, "A valid access token is needed"
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Refusal):
    status, title = 403, "This client may not do that"


class NotFound(Refusal):
    status, title = 404, "Not found"


class UnknownAction(NotFound):
    title = "There is no action of that name"


class Conflict(Refusal):
    status, title = 409, "The present state does not allow it"


class PreconditionFailed(Refusal):
    status, title = 412, "It was changed since you read it"


class TooLarge(Refusal):
    status, title = 413, "The body is too large"


class Unsupported(Refusal):
    status, title = 415, "The body's format is not supported"


class Invalid(Refusal):
    status, title = 422, "Some fields are not right"


class PreconditionRequired(Refusal):
    status, title = 428, "If-Match is required"


class Unavailable(Refusal):
    status, title = 503, "Not available now, try again later"
    headers: Mapping[str, str] = {"Retry-After": "2"}


CONTENT_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""Most errors that one answer names."""


def render_problem(refusal: Refusal, *, base_url: str, instance: str) -> bytes:
    """Render the problem document of a refusal, with `errors` where fields are wrong."""
    document: dict[str, object] = {
        "type": f"{base_url}/problems/{refusal.slug()}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": instance,
        **refusal.extra,
    }
    if refusal.errors:
        document["errors"] = [{"in": e.location, "field": e.field, "reason": e.reason} for e in refusal.errors]
    return json.dumps(document).encode()


def render_plain_problem(status: int, *, instance: str, detail: str = "") -> bytes:
    """Render a problem without a type of its own (`about:blank`): its title is the status phrase."""
    phrase = HTTPStatus(status).phrase
    return json.dumps(
        {"type": "about:blank", "title": phrase, "status": status, "detail": detail or phrase, "instance": instance}
    ).encode()


def list_refusals() -> list[type[Refusal]]:
    """Return every problem type that is known in this process, for the page that explains them."""

    def walk(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        for child in kind.__subclasses__():
            yield from (child, *walk(child))

    return sorted(walk(Refusal), key=lambda kind: (kind.status, kind.__name__))
