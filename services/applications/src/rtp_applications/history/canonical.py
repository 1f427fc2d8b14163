"""Canonical JSON (RFC 8785): one value, one sequence of bytes, so that a hash of it can be checked by anyone.

Only what a case's history holds: objects, arrays, strings, whole numbers, booleans and null.
"""

import json
import re
from typing import Any, NoReturn

from rtp_applications.json_types import JsonObject

SAFE = 2**53 - 1
_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))
_AS_ORDERED = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


class NotCanonical(ValueError):
    """The value is not JSON of the kind that a history holds."""


def canonical(value: object) -> bytes:
    """Return the value's canonical bytes; raises NotCanonical."""
    try:
        _check(value)
        text = _ENCODER.encode(value)
        # the encoder sorts by code points: the order of UTF-16 units too, unless a character needs two of them
        return (_AS_ORDERED.encode(_sort(value)) if _TWO_UNITS.search(text) else text).encode()
    except RecursionError:
        raise NotCanonical("nested too deeply") from None
    except UnicodeEncodeError:
        raise NotCanonical("a string holds half of a surrogate pair") from None


def same(one: object, other: object) -> bool:
    """Equal as JSON: unlike ==, true is not 1."""
    return one is other or (one == other and canonical(one) == canonical(other))


def read_json(text: bytes) -> Any:
    """Read the value of these bytes. Refuses what two readers might understand differently."""
    try:
        return json.loads(text.decode(), object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse)
    except RecursionError:
        raise NotCanonical("nested too deeply") from None
    except NotCanonical:
        raise
    except ValueError as error:
        raise NotCanonical(f"not JSON: {error}") from None


def _check(value: object) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"a key is {type(key).__name__} and not a string")
            _check(item)
    elif isinstance(value, list):
        for item in value:
            _check(item)
    elif isinstance(value, int) and not -SAFE <= value <= SAFE:
        raise NotCanonical(f"a whole number of {value.bit_length()} bits, where 53 are the most")
    elif isinstance(value, float):
        raise NotCanonical(f"{value} is a float: say it in whole numbers or as a string")
    elif not (value is None or isinstance(value, str | int)):
        raise NotCanonical(f"{type(value).__name__} is not a JSON type")


def _sort(value: object) -> object:
    """Keys by their UTF-16 units (RFC 8785 3.2.3), which is not the order of code points."""
    if isinstance(value, dict):
        return {key: _sort(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    return [_sort(item) for item in value] if isinstance(value, list) else value


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("a key stands twice in one object")
    return found


def _refuse(number: str) -> NoReturn:
    raise NotCanonical(f"{number[:40]} is not a whole number")
