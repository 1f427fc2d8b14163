"""Bodies: one event, a batch, or a page of the feed."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .errors import NotAnEvent

SPACE = b" \t\r\n"


def _refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a name twice in one object")
    return found


_JSON = json.JSONDecoder(object_pairs_hook=_refuse_repeated_names)
_LIST = re.compile(r'[ \t\r\n]*(\{[ \t\r\n]*"items"[ \t\r\n]*:[ \t\r\n]*)?\[[ \t\r\n]*')
_COMMA = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


def parse_json(body: bytes) -> Any:
    try:
        return _JSON.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise NotAnEvent("not JSON") from error


def split_body(body: bytes) -> Iterator[tuple[bytes, Any]]:
    """Yield the events of a body, each as its bytes and its value. Raises NotAnEvent before the first."""
    value, text = parse_json(body), body.decode()
    if not (start := _LIST.match(text)):
        yield body, value
        return
    at = start.end()
    while text[at] != "]":
        value, end = _JSON.raw_decode(text, at)
        yield text[at:end].encode(), value
        at = _COMMA.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing as well
