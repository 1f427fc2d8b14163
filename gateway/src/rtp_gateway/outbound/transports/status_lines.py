"""The status of an answer, read from its first octets and from nothing else: what follows may be as odd as it likes."""

import re

_STATUS = re.compile(rb"[\r\n]*HTTP/1\.[01] +([1-9][0-9]{2})(?=[ \r\n])")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_LONGEST = 65_536
"""Octets of interim answers (1xx) that are passed over."""
_SWITCHING = 101


class StatusReader:
    """Takes the octets of one answer as they come."""

    def __init__(self) -> None:
        self.status: int | None = None
        """None until it has come; the status of an interim answer is none."""
        self._head = bytearray()

    def feed(self, data: bytes) -> None:
        if self.status is not None or len(self._head) > _LONGEST:
            return
        self._head += data
        while found := _STATUS.match(self._head):
            status = int(found[1])
            if status >= 200 or status == _SWITCHING:
                self.status = status
                self._head.clear()
            elif end := _END_OF_HEADERS.search(self._head):
                del self._head[: end.end()]
            else:
                return
