"""The state of a case as the audit has it: JSON, and what differs between two states by who may read it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from rtp_applications.json_types import Changes, JsonObject
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import UNAUDITED, CaseSnapshot, Facts

AUDITED = tuple(each.name for each in fields(Facts) if each.name not in UNAUDITED)
TABLES = ("parties", "records", "deadlines", "documents")


def dump_state(snapshot: CaseSnapshot) -> JsonObject:
    """Return the whole state as JSON."""
    state = {name: dump_value(getattr(snapshot.case, name)) for name in AUDITED}
    return {**state, **{table: dict(_list_rows(snapshot, table)) for table in TABLES}}


def list_first_changes(snapshot: CaseSnapshot) -> Changes:
    """Return the changes of a case's first entry: everything that it starts with."""
    return {f"/{name}": [None, value] for name, value in sorted(dump_state(snapshot).items())}


def list_changes(before: CaseSnapshot, after: CaseSnapshot) -> dict[Audience, Changes]:
    """Return what differs between two states of a case, apart for each audience."""
    found: dict[Audience, Changes] = {Audience.EVERYBODY: {}, Audience.BODIES: {}}
    for name in AUDITED:
        old, new = getattr(before.case, name), getattr(after.case, name)
        if old != new:
            found[Audience.EVERYBODY][f"/{name}"] = [dump_value(old), dump_value(new)]
    for table in TABLES:
        for key, old, new in _list_changed_rows(getattr(before, table), getattr(after, table)):
            audience = getattr(new or old, "audience", Audience.EVERYBODY)
            change = [old and old.to_json(), new.to_json()] if new else [old.to_json()]
            found[audience][f"/{table}/{_escape(key)}"] = change
    return {audience: changes for audience, changes in found.items() if changes}


def _list_changed_rows(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    if before is after:
        return
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def _list_rows(snapshot: CaseSnapshot, table: str) -> Iterator[tuple[str, Any]]:
    for key, row in getattr(snapshot, table).items():
        yield format_row_name(key), row.to_json()


def format_row_name(key: Any) -> str:
    """Return a row's name in the state: its id, or the kind and key of a record."""
    return f"{key[0]}:{key[1]}" if isinstance(key, tuple) else str(key)


def _escape(key: Any) -> str:
    return format_row_name(key).replace("~", "~0").replace("/", "~1")


def dump_value(value: Any) -> Any:
    """Return a column's value as JSON."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case list() | tuple():
            return [dump_value(each) for each in value]
    return value
