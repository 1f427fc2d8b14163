"""Writes grants out as the 360Giving standard has them: a package in JSON, or rows under its titles in CSV.

They are read page by page, each in a transaction of its own, so that a slow reader holds no connection, and memory does
not grow. A grant that is loaded meanwhile may or may not be among them; none is there twice.
"""

import asyncio
import csv
import io
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select

from rtp_finance_directory.grants.errors import NothingToExport
from rtp_finance_directory.grants.filters import Filters
from rtp_finance_directory.grants.models import Grant
from rtp_finance_directory.grants.standard.columns import Field, list_fields
from rtp_shared.streaming import OpenTransaction

PAGE = 100
RESTS = 5
"""How many times as long as a page took it rests before the next: whoever searches meanwhile goes first."""
LONGEST_PAGE = 0.1
"""Seconds that count: a reader who is slow has rested already."""
MOST_ITEMS = 20
"""Of one list of a grant, in columns; JSON has them all."""
VERSION = "1.4"


async def read_pages(open_transaction: OpenTransaction, filters: Filters) -> AsyncIterator[list[str]]:
    """Read the documents of the grants that match, in JSON."""
    last: UUID | None = None
    while True:
        began = time.perf_counter()
        statement = select(Grant.id, cast(Grant.document, Text)).where(*filters.build()).order_by(Grant.id).limit(PAGE)
        if last is not None:
            statement = statement.where(Grant.id > last)
        async with open_transaction(read_only=True) as session:
            rows = (await session.execute(statement)).all()
        if not rows:
            return
        yield [row[1] for row in rows]
        if len(rows) < PAGE:
            return
        last = rows[-1].id
        await asyncio.sleep(RESTS * min(LONGEST_PAGE, time.perf_counter() - began))


async def require_some(open_transaction: OpenTransaction, filters: Filters) -> None:
    """Raise NothingToExport if no grant matches: a package of the standard has at least one."""
    async with open_transaction(read_only=True) as session:
        found = (await session.execute(select(Grant.id).where(*filters.build()).limit(1))).first()
    if found is None:
        raise NothingToExport


async def write_json(pages: AsyncIterator[list[str]], *, publisher: str, now: datetime) -> AsyncIterator[bytes]:
    """Write a package. What it says of itself comes first, so that a reader who streams knows it in time."""
    about = {
        "version": VERSION,
        "title": "Grants awarded, as their funders publish them",
        "description": "Collected from funders' files by the 360Giving Data Standard. Each grant is as its publisher "
        "has it, under the licence that its publisher gives, without names and contacts of persons.",
        "issued": now.date().isoformat(),
        "publisher": {"name": "Right to Provide", "website": publisher},
    }
    yield json.dumps(about, ensure_ascii=False)[:-1].encode() + b', "grants": [\n'
    separator = ""
    async for documents in pages:
        yield (separator + ",\n".join(documents)).encode()
        separator = ",\n"
    yield b"\n]}\n"


async def count_items(open_transaction: OpenTransaction, filters: Filters) -> Mapping[str, int]:
    """Return how long the longest list of each name is, so that the header of a table has room for it."""
    names = sorted({field.names[0] for field in list_fields() if field.lists[0] and len(field.names) > 1})
    lengths = [func.max(func.jsonb_array_length(Grant.document[name])).label(name) for name in names]
    async with open_transaction(read_only=True) as session:
        row = (await session.execute(select(*lengths).where(*filters.build()))).one()
    return {name: min(MOST_ITEMS, row[at] or 0) for at, name in enumerate(names)}


async def write_csv(pages: AsyncIterator[list[str]], items: Mapping[str, int]) -> AsyncIterator[bytes]:
    """Write a row for each grant, under the titles of the standard. Inner lists have their first item alone."""
    columns = list(_list_columns(items))
    yield _write_rows([[title for title, _ in columns]])
    async for documents in pages:
        grants = map(json.loads, documents)
        yield _write_rows([[_find(grant, path) for _, path in columns] for grant in grants])


def _list_columns(items: Mapping[str, int]) -> Iterator[tuple[str, Sequence[str | int]]]:
    """List the titles of the columns, and the place in a grant that each shows."""
    for field in list_fields():
        if not field.lists[0] or len(field.names) == 1:
            yield _name_column(field, 0)
            continue
        yield from (_name_column(field, number) for number in range(items[field.names[0]]))


def _name_column(field: Field, number: int) -> tuple[str, Sequence[str | int]]:
    titles: list[str] = []
    path: list[str | int] = []
    for position, (name, title, is_list) in enumerate(zip(field.names, field.titles, field.lists, strict=True)):
        titles.append(title)
        path.append(name)
        if is_list and position < len(field.names) - 1:
            index = number if position == 0 else 0
            titles.append(str(index))
            path.append(index)
    return ":".join(titles), path


def _find(grant: Any, path: Sequence[str | int]) -> str:
    for part in path:
        grant = (grant[part] if len(grant) > part else None) if isinstance(part, int) else grant.get(part)
        if grant is None:
            return ""
    return ";".join(map(str, grant)) if isinstance(grant, list) else str(grant)


def _write_rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
