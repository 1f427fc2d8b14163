"""Changes between two states of a case, written so that they can be read and applied again."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rtp_applications.history.canonical import same
from rtp_applications.json_types import Changes, JsonMapping, JsonObject

TABLES = frozenset({"deadlines", "documents", "parties", "records"})
"""Parts of a state that are tables, id -> row: each row that changes is a change of its own."""


class NotAChange(ValueError):
    """This is not of the shape that `list_differences` gives, or does not fit the state."""


def list_differences(before: JsonMapping, after: JsonMapping, *, tables: Collection[str] = TABLES) -> Changes:
    """JSON pointer (RFC 6901) -> [before, after]; null before: it was not there; [before] alone: it is gone.

    Null after would not do for what is gone: a state may hold null.
    """
    found: Changes = {}
    for name in sorted({*before, *after}):
        if name in tables and isinstance(before.get(name), dict) and isinstance(after.get(name), dict):
            rows = list_differences(before[name], after[name], tables=())
            found |= {f"/{_escape(name)}{pointer}": change for pointer, change in rows.items()}
        elif name not in after:
            found[f"/{_escape(name)}"] = [before[name]]
        elif name not in before or not same(before[name], after[name]):
            found[f"/{_escape(name)}"] = [before.get(name), after[name]]
    return found


def apply(state: JsonMapping, changes: Mapping[str, list[Any]]) -> JsonObject:
    """Return the state after the changes: apply(before, list_differences(before, after)) is after. `state` stays."""
    after = dict(state)
    for pointer in sorted(changes):
        *table, name = _split_pointer(pointer)
        place = after
        if table:
            place = after[table[0]] = dict(_get_table(after, table[0]))
        if len(changes[pointer]) == 1:
            place.pop(name, None)
        else:
            place[name] = changes[pointer][1]
    return after


def find_contradictions(state: JsonMapping, changes: Mapping[str, list[Any]]) -> Iterator[str]:
    """Pointers whose `before` is not what this state holds."""
    for pointer, change in changes.items():
        *table, name = _split_pointer(pointer)
        place = _get_table(state, table[0]) if table else state
        if not same(place.get(name), change[0]):
            yield pointer


def check_shape(changes: JsonMapping) -> None:
    """Raise NotAChange unless `apply` can read these."""
    for pointer, change in changes.items():
        _split_pointer(pointer)
        if not isinstance(change, list) or len(change) not in {1, 2}:
            raise NotAChange(f"{pointer} is not [before, after]")


def _get_table(state: JsonMapping, name: str) -> JsonMapping:
    table = state.get(name, {})
    if not isinstance(table, Mapping):
        raise NotAChange(f"{name} is not a table")
    return table


def _split_pointer(pointer: str) -> list[str]:
    start, *names = pointer.split("/")
    if start or len(names) not in {1, 2}:
        raise NotAChange(f"{pointer!r} is not a pointer to a part or to a row")
    return [name.replace("~1", "/").replace("~0", "~") for name in names]


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
