"""Cursors of lists that are kept in the order of the feed.

A position in the feed counts the events of everybody, so a cursor that could be read would tell how many there are
that its reader may not see. They are sealed, with the name of their list, so that none serves another list.
"""

from typing import Annotated

from cryptography.fernet import InvalidToken
from fastapi import Depends, Request

from rtp_gateway.subscriptions.signing import Safe
from rtp_shared.problems import FieldError, Invalid


class Cursors:
    """Makes cursors, and reads those that it made."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    def make(self, list_: str, position: int) -> str:
        # All positions have one length, because the length of what is sealed can be seen.
        return self._safe.seal(_name(list_) + position.to_bytes(8)).decode()

    def position(self, list_: str, cursor: str | None, header: str | None = None) -> int | None:
        """The position in a cursor of this list; raise Invalid for any other cursor.

        `header`: where it came from, if not from the query.
        """
        if cursor is None:
            return None
        try:
            opened = self._safe.open(cursor.encode())
        except (InvalidToken, ValueError) as error:
            raise _not_ours(header) from error
        if not opened.startswith(_name(list_)):
            raise _not_ours(header)
        return int.from_bytes(opened[-8:])


def _name(list_: str) -> bytes:
    return b"cursor:%b\n" % list_.encode()


def _not_ours(header: str | None) -> Invalid:
    field, location = (header, "header") if header else ("after", "query")
    return Invalid(errors=[FieldError(field, "not a cursor of this list", location)])


async def _cursors(request: Request) -> Cursors:
    cursors: Cursors = request.app.state.cursors
    return cursors


CursorRule = Annotated[Cursors, Depends(_cursors)]
