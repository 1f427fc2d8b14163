"""Columns of a spreadsheet, as the standard flattens a grant into them, and back.

A column is named by titles, as in "Recipient Org:Identifier" or "Beneficiary Location:1:Name", or by the names of the
fields, "recipientOrganization/0/id". Where no number is said it is the first. Case and blanks do not count.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from rtp_finance_directory.grants.standard.checks import KEPT_OUT, Schema, read_schema
from rtp_finance_directory.grants.standard.problems import GrantRule
from rtp_finance_directory.loading.problems import ItemFault, Path

MOST_ITEMS = 100
"""Of one list, in columns."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class Field(NamedTuple):
    """A field of a grant that holds one value, or a list of texts."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    lists: tuple[bool, ...]
    """Whether the field of that name holds a list."""
    kind: str
    """The type of its value: string or number."""


class Column(NamedTuple):
    """A column of a file: the place in a grant that it fills."""

    path: Path
    field: Field
    title: str


@cache
def list_fields() -> Sequence[Field]:
    """Return all fields that a grant can have, in the order of the schema."""
    schema = read_schema()
    return list(_walk(schema, schema, Field((), (), (), "object")))


def _walk(part: Schema, schema: Schema, above: Field) -> Iterator[Field]:
    for name, named in part["properties"].items():
        if name in KEPT_OUT:
            continue
        inner = _resolve(named, schema)
        is_list = inner["type"] == "array"
        item = _resolve(inner["items"], schema) if is_list else inner
        kinds = item["type"] if isinstance(item["type"], list) else [item["type"]]
        titles = (*above.titles, named.get("title") or inner.get("title") or name)
        field = Field((*above.names, name), titles, (*above.lists, is_list), kinds[0])
        if kinds[0] == "object":
            yield from _walk(item, schema, field)
        else:
            yield field


def _resolve(part: Schema, schema: Schema) -> Schema:
    if "$ref" not in part:
        return part
    found: Schema = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    return found


@cache
def _index() -> Mapping[tuple[str, ...], Field]:
    """Return the fields by their titles and by their names, as they are compared."""
    fields = list_fields()
    by_title = {tuple(map(_fold, field.titles)): field for field in fields}
    return {tuple(map(_fold, field.names)): field for field in fields} | by_title


def _fold(text: str) -> str:
    return "".join(text.lower().split())


def find_column(title: str) -> Column | None:
    """Return the column of that title; None where the standard has no such field, or it is not kept."""
    parts = [part for part in re.split(r"[:/]", title.strip()) if part.strip()]
    field = _index().get(tuple(_fold(part) for part in parts if not part.strip().isdecimal()))
    if field is None or len(title) > 500:
        return None
    numbers = _read_numbers(parts)
    path: list[str | int] = []
    for position, (name, is_list) in enumerate(zip(field.names, field.lists, strict=True)):
        path.append(name)
        if is_list and not _holds_texts(field, position):
            path.append(numbers.get(position, 0))
    return Column(tuple(path), field, title.strip()) if all(0 <= n < MOST_ITEMS for n in numbers.values()) else None


def _holds_texts(field: Field, position: int) -> bool:
    return position == len(field.names) - 1


def _read_numbers(parts: Sequence[str]) -> dict[int, int]:
    """Return the numbers that stand behind names, by the position of the name."""
    numbers, position = {}, -1
    for part in parts:
        if part.strip().isdecimal():
            numbers[position] = int(part[:9])
        else:
            position += 1
    return numbers


def name_path(path: Path) -> str:
    """Return the place as a spreadsheet names it, and as JSON does, as in "Award Date (awardDate)"."""
    names = tuple(str(part) for part in path if not isinstance(part, int))
    whole = "/".join(map(str, path))
    for field in list_fields():
        if field.names[: len(names)] == names and names:
            return f"{':'.join(field.titles[: len(names)])} ({whole})"
    return whole


def unflatten(columns: Sequence[Column | None], cells: Sequence[str]) -> tuple[dict[str, Any], list[ItemFault]]:
    """Make a grant of a row's cells; an empty cell says nothing."""
    grant: dict[str, Any] = {}
    faults = []
    for column, cell in zip(columns, cells, strict=False):
        if column is None or not cell or not (text := cell.strip()):
            continue
        value: Any = text
        if column.field.kind == "number":
            if not _NUMBER.fullmatch(text):
                faults.append(ItemFault(column.path, GrantRule.NOT_A_NUMBER, text))
                continue
            value = float(text) if "." in text else int(text[:400])
        elif column.field.lists[-1]:
            value = [part.strip() for part in text.split(";") if part.strip()]
        _put(grant, column.path, value)
    return _close_gaps(grant), faults


def _put(grant: dict[str, Any], path: Path, value: Any) -> None:
    at: Any = grant
    for name in path[:-1]:
        at = at.setdefault(name, {})
    at[path[-1]] = value


def _close_gaps(part: Any) -> Any:
    """Make lists of what was put under numbers, in their order, whether or not one is left out between."""
    if not isinstance(part, dict):
        return part
    if part and all(isinstance(key, int) for key in part):
        return [_close_gaps(part[key]) for key in sorted(part)]
    return {key: _close_gaps(item) for key, item in part.items()}
