"""Query parameters: a route takes those that it declares, each once and with a value, unless it says otherwise.

Unknown ones are refused, as unknown fields of a body are: a filter that is misspelt and left aside lists everything.
"""

from collections.abc import Iterator
from datetime import date
from typing import get_origin

from fastapi.dependencies.models import Dependant
from starlette.datastructures import QueryParams

from rtp_shared.problems import MOST_ERRORS, FieldError, Invalid

_UNDECODED = "\ufffd"
"""What stands where bytes were no UTF-8. Who sends the character itself has lost the text before."""

Parameters = dict[str, bool]
"""The names of a route's query parameters, and whether each may be repeated."""


def find_parameters(dependant: Dependant) -> Parameters:
    """Return the query parameters that a route and its dependencies declare."""
    known = {field.alias: _holds_list(field.field_info.annotation) for field in dependant.query_params}
    for dependency in dependant.dependencies:
        known |= find_parameters(dependency)
    return known


def require_known_parameters(query: QueryParams, known: Parameters) -> None:
    """Raise Invalid, naming each parameter that is unknown, repeated or empty."""
    if errors := list(_find_errors(query, known)):
        raise Invalid(errors=errors[:MOST_ERRORS])


def require_order(since: date | None, until: date | None, *, names: tuple[str, str]) -> None:
    """Raise Invalid where a span of time ends before it begins; `names` are those of its two parameters."""
    if since is not None and until is not None and since > until:
        raise Invalid(errors=[FieldError(names[0], f"is after {names[1]}", "query")])


def _find_errors(query: QueryParams, known: Parameters) -> Iterator[FieldError]:
    for name in query:
        values = query.getlist(name)
        if name not in known:
            taken = f"taken are {', '.join(sorted(known))}" if known else "none is taken"
            yield FieldError(name[:200], f"is not a parameter here; {taken}", "query")
        elif len(values) > 1 and not known[name]:
            yield FieldError(name, "is given more than once", "query")
        elif any(_UNDECODED in value for value in values):
            yield FieldError(name, "is not text in UTF-8", "query")
        elif not all(values):
            yield FieldError(name, "is empty: leave it out, or give it a value", "query")


def _holds_list(annotation: object) -> bool:
    members = getattr(annotation, "__args__", ())
    return get_origin(annotation) is list or any(get_origin(each) is list for each in members)
