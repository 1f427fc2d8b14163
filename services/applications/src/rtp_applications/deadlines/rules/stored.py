"""The parts of a deadline as JSON, in the form in which the platform stores them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from rtp_applications.deadlines.rules.days import Length, Pause, Unit


@dataclass(frozen=True)
class Recalculation:
    """One change of a due date with its reason; before and after are the same if it stayed."""

    at: datetime
    reason: str
    before: date
    after: date


def dump_parts(value: object) -> dict[str, Any]:
    """Return the fields of a deadline, or of a part of it, as JSON."""
    assert is_dataclass(value)  # noqa: S101 - its callers have nothing else
    return {field.name: _dump(getattr(value, field.name)) for field in fields(value)}


def _dump(value: object) -> Any:
    match value:
        case date():
            return value.isoformat()
        case UUID() | StrEnum():
            return str(value)
        case tuple():
            return [_dump(part) for part in value]
        case Length() | Pause() | Recalculation():
            return dump_parts(value)
    return value


def load_length(stored: Mapping[str, Any]) -> Length:
    return Length(stored["number"], Unit(stored["unit"]))


def load_pause(stored: Mapping[str, Any]) -> Pause:
    until = stored["until"]
    return Pause(date.fromisoformat(stored["since"]), date.fromisoformat(until) if until else None)


def load_recalculation(stored: Mapping[str, Any]) -> Recalculation:
    return Recalculation(
        datetime.fromisoformat(stored["at"]),
        stored["reason"],
        date.fromisoformat(stored["before"]),
        date.fromisoformat(stored["after"]),
    )
