"""Answering with a content that streams: ranges, conditions and a name to save it under.

Source: RFC 9110 sections 13 and 14 (conditions, ranges), RFC 6266 and RFC 8187 (Content-Disposition).
"""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from rtp_shared import etags
from rtp_shared.middleware import BODILESS
from rtp_shared.problems import Refusal


class RangeNotSatisfiable(Refusal):
    status, title = 416, "The content does not have that range"


class Range(NamedTuple):
    """Bytes from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a download. It never changes under its ETag, which is strong and quoted."""

    size: int
    media_type: str
    etag: str
    filename: str
    read: Callable[[int, int], AsyncGenerator[bytes, None]]
    """The bytes from the first position up to, not including, the second."""


def download(request: Request, content: Content) -> Response:
    """The content or the part of it that is asked for: 200, 206 or 304; raise RangeNotSatisfiable (416)."""
    headers = {
        "ETag": content.etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": format_disposition(content.filename),
        # Whatever the content holds, nobody's browser shall run it as part of this site.
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if etags.is_not_modified(request.headers.getlist("if-none-match"), content.etag):
        return Response(status_code=304, headers={"ETag": content.etag})
    part = _parse_range(request, content)
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{content.size}"
    start, end = part or Range(0, content.size)
    headers["Content-Length"] = str(end - start)
    status = 200 if part is None else 206
    if request.scope.get(BODILESS):
        return Response(status_code=status, headers=headers, media_type=content.media_type)
    return _Download(content.read(start, end), status, headers=headers, media_type=content.media_type)


def _parse_range(request: Request, content: Content) -> Range | None:
    asked, condition = request.headers.get("range"), request.headers.get("if-range")
    if asked is None or (condition is not None and condition.strip() != content.etag):
        return None  # a date, or a weak ETag, never proves that it is the same (section 13.1.5)
    return parse_range(asked, content.size)


_SINGLE = re.compile(r"bytes[ \t]*=[ \t,]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t,]*", re.IGNORECASE)


def parse_range(asked: str, size: int) -> Range | None:
    """The part that a Range header asks for; None where it is ignored: several, malformed, not in bytes."""
    if not (found := _SINGLE.fullmatch(asked)):
        return None
    first, last, suffix = (None if each in (None, "") else _number(each) for each in found.groups())
    if first is not None and last is not None and last < first:
        return None
    if suffix is not None:
        first, last = max(0, size - suffix), None
    if first is None or first >= size or suffix == 0:
        raise RangeNotSatisfiable(f"it has {size} bytes", headers={"Content-Range": f"bytes */{size}"})
    return Range(first, size if last is None else min(last + 1, size))


def _number(digits: str) -> int:
    """Its value, or one that is larger than any content where it has too many digits to matter."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= 18 else 10**18


def format_disposition(filename: str) -> str:
    """Content-Disposition for saving under this name, whoever thought of it: it is no path, and ends no header."""
    name = re.sub(r"[\x00-\x1f\x7f-\x9f/\\\ud800-\udfff]", "_", filename).strip(" .") or "document"
    plain = re.sub(r"[^ !#$&'()+,\-.0-9;=@A-Z\[\]^_`a-z{}~]", "_", name)
    if plain == name:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='!#$&+^`|')}"


class _Download(StreamingResponse):
    async def stream_response(self, send: Send) -> None:
        # Closed here and not by the garbage collector, so that a file is closed when its reader goes away.
        async with aclosing(cast("AsyncGenerator[bytes, None]", self.body_iterator)):
            await super().stream_response(send)
