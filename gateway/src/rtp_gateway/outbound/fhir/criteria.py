"""A FHIR subscription's criteria: `eventType=rtp-applications-case-submitted-1 AND sector=adult-social-care`.

Source: MNS (create subscription): one event type and any number of further conditions, all of which hold. MNS writes
values as they are; quoted they may hold anything, with a backslash before ' and \\ as in a string of FHIRPath.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from rtp_gateway.forms.signals import find_event_type, name_signal
from rtp_gateway.outbound.fhir.errors import CriteriaRefused
from rtp_gateway.types import JsonMapping, JsonObject
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.texts import require_fit

LONGEST: Final = 2000
"""Characters of criteria."""
EVENT_TYPE: Final = "eventType"

_BARE = re.compile(r"[^\s'\\=]+")
_CONDITION = re.compile(rf"\s*([^\s'\\=]+)\s*=\s*(?:'((?:[^'\\]|\\['\\])+)'|({_BARE.pattern}))(?=\s|\Z)\s*")
_AND = re.compile(r"AND(?=\s|\Z)")


@dataclass(frozen=True, slots=True)
class Criteria:
    """A choice of events: of one type, with these values of their attributes."""

    type: str
    values: Mapping[str, str]

    @property
    def filters(self) -> list[JsonObject]:
        """The same as a filter of the CloudEvents Subscriptions API, in one order whatever was written."""
        return [{"exact": dict(self.values)}] if self.values else []


def _require_one_of(words: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return check


def _normalise_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("must be the id of a body or a case, a UUID") from None


def _check_region(text: str) -> str:
    if not re.fullmatch(r"[A-Z][0-9]{8}", text):
        raise ValueError("must be an ONS code, for example E12000007")
    return text


def _check_subject(text: str) -> str:
    if len(text) > 500:
        raise ValueError("must have at most 500 characters")
    return require_fit(text)


_KEYS: Final[Mapping[str, Callable[[str], str]]] = {
    "route": _require_one_of(list(Route)),
    "sector": _require_one_of(list(Sector)),
    "region": _check_region,
    "employer": _normalise_id,
    "commissioner": _normalise_id,
    "caseid": _normalise_id,
    "subject": _check_subject,
}
KEYS: Final = tuple(_KEYS)


def read(text: str) -> Criteria:
    """Read criteria; raise CriteriaRefused, with advice, for anything else."""
    if len(text) > LONGEST:
        raise CriteriaRefused(f"must have at most {LONGEST} characters")
    found: dict[str, str] = {}
    for key, value in _parse_conditions(text):
        if key in found:
            raise CriteriaRefused(f"names {key} twice, and no event can be both; make a subscription for each")
        found[key] = _check_value(key, value)
    if EVENT_TYPE not in found:
        raise CriteriaRefused(f"must name the type of event: {EVENT_TYPE}=rtp-applications-case-submitted-1")
    return Criteria(found.pop(EVENT_TYPE), {key: found[key] for key in KEYS if key in found})


def write(types: Sequence[str], filters: Sequence[JsonMapping]) -> str | None:
    """Return the criteria of a subscription; None where they cannot say which events it takes."""
    values = _read_exact(filters)
    if len(types) != 1 or values is None or not values.keys() <= _KEYS.keys():
        return None
    said = {EVENT_TYPE: name_signal(types[0])} | {key: values[key] for key in KEYS if key in values}
    return " AND ".join(f"{key}={_quote(value)}" for key, value in said.items())


def _parse_conditions(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while True:
        match = _CONDITION.match(text, at)
        if match is None:
            raise CriteriaRefused(f"cannot be read from character {at + 1} on: write key=value AND key='value'")
        key, quoted, bare = match.groups()
        yield key, bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        if match.end() == len(text):
            return
        joined = _AND.match(text, match.end())
        if joined is None:
            raise CriteriaRefused(f"needs AND at character {match.end() + 1}; there is no OR")
        at = joined.end()


def _check_value(key: str, value: str) -> str:
    if key == EVENT_TYPE:
        if (type_ := find_event_type(value)) is None:
            raise CriteriaRefused("names an eventType that is not published; /asyncapi.json lists them all")
        return type_
    if (check := _KEYS.get(key)) is None:
        raise CriteriaRefused(f"has a key that is not known; there are {EVENT_TYPE}, {', '.join(KEYS)}")
    try:
        return check(value)
    except ValueError as error:
        raise CriteriaRefused(f"{key} {error}") from None


def _read_exact(filters: Sequence[JsonMapping]) -> dict[str, str] | None:
    """Return the values that these filters ask for, if that is all they do."""
    found: dict[str, str] = {}
    for entry in filters:
        ((dialect, operand),) = entry.items()
        values = operand if dialect == "exact" else _read_exact(operand) if dialect == "all" else None
        if values is None or any(found.get(key, value) != value for key, value in values.items()):
            return None
        found |= values
    return found


def _quote(value: str) -> str:
    return value if _BARE.fullmatch(value) else "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"
