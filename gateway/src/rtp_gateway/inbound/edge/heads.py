"""Refuses requests by their head: a target too long, too many headers, a path that two could read in two ways.

The bounds of the whole head, and all of its grammar, are the connection's (docs/adr/0024).
"""

import re

from starlette.types import Scope

from rtp_shared.problems import Malformed, Refusal

TARGET_LENGTH = 8192
"""Most bytes of a path with its query."""
MOST_PARAMETERS = 200
MOST_HEADERS = 100
FIELD_LENGTH = 16_384
"""Most bytes of one header; a token has some 900, and 8192 at the most."""
_UNCLEAR = re.compile(rb"(?:^|/)(?:\.|%2e){1,2}(?:/|$)|\\|^//", re.IGNORECASE)
"""Dot segments, a character that some servers turn into a slash, and a path that reads like a host."""

FROM_PROXIES = frozenset(
    {b"forwarded", b"x-real-ip", b"x-client-ip", b"x-cluster-client-ip", b"true-client-ip", b"cf-connecting-ip",
     b"x-original-url", b"x-rewrite-url", b"x-original-host", b"x-http-method", b"x-http-method-override",
     b"x-method-override", b"x-request-start", b"via", b"x-accel-redirect", b"x-sendfile"}
)  # fmt: skip
"""Headers by which proxies tell what they know. We believe none of them, and no service is to be tempted."""
FROM_INSIDE = (b"x-forwarded-", b"x-rtp-", b"rtp-", b"x-auth-", b"x-authenticated-", b"x-remote-", b"remote-")
"""Beginnings of names by which a gateway might tell who calls. Ours tells by the token alone."""


class TargetTooLong(Refusal):
    status, title = 414, "The address of the request is too long"


class TooManyHeaders(Refusal):
    status, title = 431, "The headers of the request are too many or too long"


def check_head(scope: Scope) -> None:
    """Raise TargetTooLong, TooManyHeaders or Malformed for a head that nothing is done for."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    if len(raw) + len(query) > TARGET_LENGTH:
        raise TargetTooLong(f"at most {TARGET_LENGTH} bytes of path and query")
    if query.count(b"&") >= MOST_PARAMETERS:
        raise TargetTooLong(f"at most {MOST_PARAMETERS} parameters")
    if len(scope["headers"]) > MOST_HEADERS:
        raise TooManyHeaders(f"at most {MOST_HEADERS} headers")
    for name, value in scope["headers"]:
        if len(name) + len(value) > FIELD_LENGTH:
            raise TooManyHeaders(f"at most {FIELD_LENGTH} bytes of one header")
    if _UNCLEAR.search(raw):
        raise Malformed("the path has dot segments or backslashes, or begins with two slashes")


def drop_claims(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers without those by which a caller could claim to be a proxy, or what a proxy found out."""
    return [header for header in headers if header[0] not in FROM_PROXIES and not header[0].startswith(FROM_INSIDE)]
