"""Compressing answers by gzip for whoever accepts it, piece by piece.

Not compressed: what is small, compressed already or a part of something; event streams; what must not be kept, because
secrets stand in it; and nothing that a page of another site could have a browser fetch with a secret of the person's,
because the platform gives its callers no cookies (BREACH, docs/adr/0076).
"""

import re
import zlib

from starlette.types import Message, Scope, Send

LEAST_BYTES = 1024
LEVEL = 4
_COMPRESSIBLE = re.compile(
    rb"(?:text/(?!event-stream)[a-z.+-]+|application/(?:[a-z0-9.-]+\+)?(?:json|xml|javascript|yaml|x-ndjson)"
    rb"|image/svg\+xml)(?:\s*;.*)?"
)
_GZIP_OF_ZLIB = 31
_NOT_MODIFIED = 304
_MARK = b'-gzip"'
_VERSION = re.compile(rb'"[0-9]+"')
"""An ETag that is a version, which clients read and send back: its answer is small, and goes out as it is."""
_CONDITIONS = frozenset({b"if-match", b"if-none-match"})


def accepts_gzip(accept: bytes) -> bool:
    """Return whether the `Accept-Encoding` takes gzip; the coding named by itself goes before `*` (RFC 9110 12.5.3)."""
    weights: dict[bytes, float] = {}
    for part in accept.lower().split(b","):
        coding, _, parameter = part.partition(b";")
        weight = parameter.partition(b"=")[2].strip() if parameter.strip().startswith(b"q") else b"1"
        try:
            weights[coding.strip()] = float(weight)
        except ValueError:
            weights[coding.strip()] = 0.0
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0))) > 0


def find_accepted(scope: Scope) -> bool:
    values = [value for name, value in scope["headers"] if name == b"accept-encoding"]
    return bool(values) and scope["method"] != "HEAD" and accepts_gzip(b",".join(values))


def name_originals(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers with the ETags of what was compressed named as those of what it was made from."""
    return [(name, value.replace(_MARK, b'"') if name in _CONDITIONS else value) for name, value in headers]


class CompressedAnswer:
    """An answer on its way to a caller, which it is compressed for where that pays and does no harm."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._accepted = find_accepted(scope)
        self._is_known = any(_MARK in value for name, value in scope["headers"] if name == b"if-none-match")
        self._packer: zlib._Compress | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = self._begin(message)
        elif self._packer is not None and message["type"] == "http.response.body":
            message = self._pack(self._packer, message)
        await self._send(message)

    def _begin(self, message: Message) -> Message:
        headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
        if message["status"] == _NOT_MODIFIED and self._is_known:
            return {**message, "headers": [_mark(header) for header in headers]}
        if not _may_be_compressed(message["status"], dict(headers)):
            return message
        headers = _vary(headers)
        if self._accepted:
            self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_OF_ZLIB)
            headers = [_mark(header) for header in headers if header[0] not in (b"content-length", b"accept-ranges")]
            headers.append((b"content-encoding", b"gzip"))
        return {**message, "headers": headers}

    def _pack(self, packer: "zlib._Compress", message: Message) -> Message:
        """Compress a piece, and let go of it at once: whoever waits for a line of a stream is not kept waiting."""
        ended = not message.get("more_body")
        body = packer.compress(message.get("body", b""))
        return {**message, "body": body + packer.flush(zlib.Z_FINISH if ended else zlib.Z_SYNC_FLUSH)}


def _may_be_compressed(status: int, headers: dict[bytes, bytes]) -> bool:
    control = headers.get(b"cache-control", b"")
    if status < 200 or status in (204, 206, 304) or b"no-store" in control or b"no-transform" in control:
        return False
    if _VERSION.fullmatch(headers.get(b"etag", b"")):
        return False
    if b"content-encoding" in headers or b"content-range" in headers or b"content-disposition" in headers:
        return False
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) < LEAST_BYTES:
        return False
    return _COMPRESSIBLE.fullmatch(headers.get(b"content-type", b"").lower()) is not None


def _vary(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    known = b", ".join(value for name, value in headers if name == b"vary")
    if known.strip() == b"*" or b"accept-encoding" in known.lower():
        return headers
    others = [header for header in headers if header[0] != b"vary"]
    return [*others, (b"vary", b"%s, Accept-Encoding" % known if known else b"Accept-Encoding")]


def _mark(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Give what is compressed an ETag of its own, by which nobody takes it for what it was made from."""
    name, value = header
    if name == b"etag" and value.endswith(b'"') and not value.startswith(b"W/") and not _VERSION.fullmatch(value):
        return name, value[:-1] + _MARK
    return header
