"""Cursors of lists that are kept in the order of the feed.

A position in the feed counts the events of everybody, so a cursor that could be read would tell how many there are
that its reader may not see. They are sealed, with the name of their list, so that none serves another list.
"""

from typing import Annotated

from cryptography.fernet import InvalidToken
from fastapi import Depends, Request

from rtp_gateway.outbound.secret_box import SecretBox
from rtp_shared.problems import FieldError, Invalid


class Cursors:
    """Makes cursors, and reads those that it made."""

    def __init__(self, secret_box: SecretBox) -> None:
        self._secret_box = secret_box

    def make(self, list_: str, position: int) -> str:
        # All positions have one length, because the length of what is sealed can be seen.
        return self._secret_box.seal(_encode_name(list_) + position.to_bytes(8)).decode()

    def read(self, list_: str, cursor: str | None, header: str | None = None) -> int | None:
        """Return the position in a cursor of this list; raise Invalid for any other cursor.

        `header`: the header that it came from, if not from the query.
        """
        if cursor is None:
            return None
        try:
            opened = self._secret_box.open(cursor.encode())
        except (InvalidToken, ValueError) as error:
            raise _refuse(header) from error
        if not opened.startswith(_encode_name(list_)):
            raise _refuse(header)
        return int.from_bytes(opened[-8:])


def _encode_name(list_: str) -> bytes:
    return b"cursor:%b\n" % list_.encode()


def _refuse(header: str | None) -> Invalid:
    field, location = (header, "header") if header else ("after", "query")
    return Invalid(errors=[FieldError(field, "not a cursor of this list", location)])


async def _cursors(request: Request) -> Cursors:
    cursors: Cursors = request.app.state.cursors
    return cursors


CursorRule = Annotated[Cursors, Depends(_cursors)]
