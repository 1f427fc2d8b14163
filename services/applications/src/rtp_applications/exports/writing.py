"""Writes cases out, page by page: each page is a transaction of its own, and between two an export rests.

So a slow reader holds no connection, memory does not grow, and requests of people go before an export.
"""

import asyncio
import csv
import io
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from rtp_applications.exports import queries
from rtp_applications.exports.errors import TooManyExports
from rtp_applications.exports.queries import NAMES
from rtp_applications.registers.decisions.spreadsheet import format_cell
from rtp_shared.identities import Principal
from rtp_shared.streaming import OpenTransaction

PAGE = 200
RESTS = 10.0
"""Times as long as a page took to make."""
MOST_AT_ONCE = 2
"""Exports of one process."""
Lines = AsyncIterator[Sequence[str]]


class ExportSlots:
    """Counts the exports that are under way in one process."""

    def __init__(self) -> None:
        self._taken = 0

    def require_free(self) -> None:
        """Raise TooManyExports if as many are under way as may be."""
        if self._taken >= MOST_AT_ONCE:
            raise TooManyExports

    @contextmanager
    def take(self) -> Iterator[None]:
        """Take a slot until the block ends."""
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


async def read_pages(
    open_transaction: OpenTransaction, principal: Principal, filters: Mapping[str, object], slots: ExportSlots
) -> Lines:
    """Read the cases that the caller sees, each as a line of JSON, in the order of their ids."""
    last = UUID(int=0)
    with slots.take():
        while True:
            started = time.perf_counter()
            async with open_transaction(read_only=True) as session:
                rows = await queries.list_lines(session, principal, filters=filters, after=last, limit=PAGE)
            if rows:
                yield [row.line for row in rows]
            if len(rows) < PAGE:
                return
            last = rows[-1].id
            await asyncio.sleep(RESTS * (time.perf_counter() - started))


async def write_ndjson(pages: Lines) -> AsyncIterator[bytes]:
    """Write a case in each line."""
    async for lines in pages:
        yield ("\n".join(lines) + "\n").encode()


async def write_csv(pages: Lines) -> AsyncIterator[bytes]:
    """Write a case in each row, under the names of the columns, safe to open in a spreadsheet."""
    names = list(NAMES.values())
    yield _write_rows([names])
    async for lines in pages:
        cases = map(json.loads, lines)
        yield _write_rows([[_write_cell(case[name]) for name in names] for case in cases])


def _write_cell(value: object) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else format_cell(value)


def _write_rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


WRITERS: Mapping[str, Callable[[Lines], AsyncIterator[bytes]]] = {
    "application/x-ndjson": write_ndjson,
    "text/csv": write_csv,
}
"""By media type."""
