"""Settings of HTTP deliveries that a subscriber may choose (CloudEvents Subscriptions API: protocolsettings)."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from rtp_shared.schemas import Input

MOST_HEADERS = 20

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")  # no underscore: some servers take it for a hyphen
_VALUE = re.compile(r"[!-~]([ -~]{0,998}[!-~])?")
_OURS = frozenset(
    (
        "accept", "accept-encoding", "age", "authorization", "baggage", "cache-control", "connection", "cookie",
        "date", "expect", "forwarded", "from", "host", "http2-settings", "keep-alive", "max-forwards", "origin",
        "range", "referer", "set-cookie", "te", "trailer", "traceparent", "tracestate", "transfer-encoding", "upgrade",
        "user-agent", "via", "warning",
    )
)  # fmt: skip
_OUR_BEGINNINGS = (
    "access-control-", "ce-", "content-", "if-", "proxy-", "sec-", "webhook-", "x-forwarded-", "x-http-method",
    "x-original-", "x-real-", "x-rewrite-",
)  # fmt: skip
"""Ours to say, about the connection, or believed by servers in front of an application."""


def check_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers; raise ValueError if a subscriber may not ask for one of them."""
    if len(headers) > MOST_HEADERS:
        raise ValueError(f"must be at most {MOST_HEADERS} headers")
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("must name each header once; upper and lower case make no difference")
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise ValueError("must have names of up to 64 letters, digits and hyphens, beginning with a letter")
        if name.lower() in _OURS or name.lower().startswith(_OUR_BEGINNINGS):
            raise ValueError(f"must not hold {name}, which is not the subscriber's to set")
        if not _VALUE.fullmatch(value):
            raise ValueError(f"must give {name} 1 to 1,000 visible ASCII characters, with blanks only between them")
    return headers


class HttpSettings(Input):
    """How events are sent over HTTP."""

    headers: Annotated[
        dict[str, str],
        AfterValidator(check_headers),
        WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": MOST_HEADERS}),
        Field(
            description="Headers of your own for each delivery. Shown on reads: put secrets into sinkcredential",
            examples=[{"X-Department": "commissioning"}],
            max_length=MOST_HEADERS,
        ),
    ] = Field(default={})
    method: Literal["POST"] = Field(default="POST", description="Always POST")
    handshake: bool = Field(
        default=False,
        strict=True,
        description="Ask the sink for its consent by OPTIONS before anything is sent (CloudEvents webhook validation)",
    )
