"""Parameters that every request of FHIR may have: the form of the answer (FHIR R4, http.html, general parameters)."""

from typing import Annotated

from fastapi import Depends, Query, Request

from rtp_gateway.forms.signals import CONTENT_TYPE
from rtp_gateway.outbound.fhir.errors import NotAcceptable
from rtp_shared.problems import FieldError
from rtp_shared.web import join_lines

BASE = "/fhir/R4"

_JSON = (CONTENT_TYPE, "application/json", "text/json")
_FORMATS = (*_JSON, "json", CONTENT_TYPE.replace("+", " "))  # a plus in an address is a blank where nobody wrote %2B
_RANGES = (*_JSON, "application/*", "*/*")


async def _require_json(
    request: Request,
    format_: Annotated[
        str | None,
        Query(
            alias="_format",
            max_length=100,
            description=f"json or {', '.join(_JSON)}, in place of the Accept header; any other is refused (406)",
        ),
    ] = None,
    _pretty: Annotated[bool | None, Query(alias="_pretty", description="Taken, and left aside")] = None,
) -> None:
    """Refuse a request for another form than JSON."""
    if format_ is not None:
        if format_.partition(";")[0].strip() not in _FORMATS:
            raise NotAcceptable(errors=[FieldError("_format", "is none that is answered in; there is json", "query")])
    elif not _takes_json(join_lines(request, "accept")):
        raise NotAcceptable(errors=[FieldError("Accept", f"does not take {CONTENT_TYPE}", "header")])


GeneralParameters = Depends(_require_json)


async def _public_url(request: Request) -> str:
    url: str = request.app.state.runtime.settings.public_url
    return url


PublicUrl = Annotated[str, Depends(_public_url)]


def _takes_json(accept: str | None) -> bool:
    """Return whether one of these media ranges (RFC 9110 section 12.5.1) is JSON's."""
    for each in (accept or "*/*").lower().split(","):
        media_range, *parameters = (part.strip() for part in each.split(";"))
        if media_range in _RANGES and not any(_is_zero(parameter) for parameter in parameters):
            return True
    return False


def _is_zero(parameter: str) -> bool:
    name, _, weight = parameter.partition("=")
    return name.strip() == "q" and weight.strip().rstrip("0") in ("", "0.", ".")
