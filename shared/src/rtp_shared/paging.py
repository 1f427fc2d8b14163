"""Keyset pages: an opaque cursor names a page's last row, so pages neither skip nor repeat while rows are added."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from rtp_shared.problems import FieldError, Invalid

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item] = Field(description="The items of this page")
    next: str | None = Field(
        default=None, description="Cursor for `after` to get the next page; absent on the last page"
    )


def encode_cursor(*key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, default=str, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: Callable[[Any], Any], name: str = "after") -> list[Any] | None:
    """Return the key in a cursor, each part made by its kind; raise Invalid for a cursor that we did not make.

    `name` is that of the parameter it came by.
    """
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        key = [kind(part) for kind, part in zip(kinds, list(parts), strict=True)]
        _require_storable("".join(map(str, key)))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error) as error:
        raise Invalid(errors=[FieldError(name, "not a cursor of this list", "query")]) from error
    return key


def _require_storable(text: str) -> None:
    # A name in it may be of before a rule about texts, so no more is asked of it than PostgreSQL asks.
    if b"\0" in text.encode():
        raise ValueError("holds a character that is not text (U+0000)")


def cut(rows: Sequence[Item], limit: int) -> tuple[Sequence[Item], Item | None]:
    """Split `limit + 1` rows asked for: return the page, and its last row where more follow."""
    return (rows[:limit], rows[limit - 1]) if len(rows) > limit else (rows, None)
