"""Validating a value by a JSON Schema, as far as the schemas of the standards go: pure.

A keyword that it does not know is an error of ours, raised when it is met, and never passed over.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

Schema = Mapping[str, Any]
_SAID = {
    "title", "description", "example", "examples", "default", "readOnly", "discriminator", "codelist", "openCodelist",
    "rollUp", "weight", "$id", "$schema", "$defs", "$comment", "components",
}  # fmt: skip
_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value == int(value),
}


def _is_uri(value: str) -> bool:
    parts = urlsplit(value)
    return bool(parts.scheme) and bool(parts.netloc or parts.path) and not re.search(r'[\s<>"{}|\\^`]', value)


def _reads(parse: Callable[[str], object], pattern: str) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return re.fullmatch(pattern, value, re.ASCII | re.IGNORECASE) is not None

    return check


_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "uuid": _reads(UUID, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": _reads(date.fromisoformat, r"\d{4}-\d\d-\d\d"),
    "date-time": _reads(datetime.fromisoformat, r"\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d:\d\d)"),
    "time": _reads(time.fromisoformat, r"\d\d:\d\d:\d\d(\.\d+)?"),
    "uri": _is_uri,
    "int32": lambda _: True,
}


class Validator:
    """Validates values by the schemas of one document."""

    def __init__(self, document: Schema, named: Mapping[str, Schema] | None = None) -> None:
        self._document, self._named = document, named or {}
        self._checks: Mapping[str, Callable[[Any, Any, Schema, str], Iterator[str]]] = {
            "$ref": lambda ref, value, _, at: self.find_problems(*self._resolve(ref), value, at),
            "type": self._check_type,
            "enum": self._check_enum,
            "required": self._check_required,
            "properties": self._check_properties,
            "additionalProperties": self._check_others,
            "items": self._check_items,
            "minItems": lambda least, value, _, at: self._bound(isinstance(value, list) and len(value) < least, at),
            "uniqueItems": self._check_unique,
            "minimum": lambda least, value, _, at: self._bound(_KINDS["number"](value) and value < least, at),
            "format": self._check_format,
            "pattern": self._check_pattern,
            "allOf": self._check_all,
            "anyOf": lambda parts, value, _, at: self._check_some(parts, value, at, most=len(parts)),
            "oneOf": lambda parts, value, _, at: self._check_some(parts, value, at, most=1),
        }

    def find_problems(self, schema: Schema, value: Any, at: str = "") -> Iterator[str]:
        """Yield what is wrong with the value, each with its place."""
        for keyword, said in schema.items():
            if keyword in self._checks:
                yield from self._checks[keyword](said, value, schema, at)
            elif keyword not in _SAID:
                raise ValueError(f"the schema says {keyword} at {at or '/'}, which is not known here")

    def _resolve(self, ref: str) -> tuple[Schema]:
        if ref in self._named:
            return (self._named[ref],)
        found: Any = self._document
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]
        return (found,)

    def _check_type(self, kinds: str | list[str], value: Any, _: Schema, at: str) -> Iterator[str]:
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not any(_KINDS[kind](value) for kind in kinds):
            yield f"{at or '/'} is no {' or '.join(kinds)}"

    def _check_enum(self, values: Sequence[Any], value: Any, _: Schema, at: str) -> Iterator[str]:
        if value not in values:
            yield f"{at or '/'} is none of the values that it may have"

    def _check_required(self, names: Sequence[str], value: Any, _: Schema, at: str) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (f"{at}/{name} is missing" for name in names if name not in value)

    def _check_properties(self, parts: Mapping[str, Schema], value: Any, _: Schema, at: str) -> Iterator[str]:
        for name in filter(value.__contains__, parts) if isinstance(value, dict) else ():
            yield from self.find_problems(parts[name], value[name], f"{at}/{name}")

    def _check_others(self, part: Schema | bool, value: Any, schema: Schema, at: str) -> Iterator[str]:
        known = schema.get("properties", {})
        for name in (each for each in value if each not in known) if isinstance(value, dict) else ():
            if part is False:
                yield f"{at}/{name} is not known"
            elif isinstance(part, Mapping):
                yield from self.find_problems(part, value[name], f"{at}/{name}")

    def _check_items(self, part: Schema, value: Any, _: Schema, at: str) -> Iterator[str]:
        for number, item in enumerate(value if isinstance(value, list) else ()):
            yield from self.find_problems(part, item, f"{at}/{number}")

    def _check_unique(self, said: bool, value: Any, _: Schema, at: str) -> Iterator[str]:
        texts = [repr(item) for item in value] if isinstance(value, list) and said else []
        yield from self._bound(len(set(texts)) < len(texts), at)

    def _check_format(self, name: str, value: Any, _: Schema, at: str) -> Iterator[str]:
        if isinstance(value, str) and not _FORMATS[name](value):
            yield f"{at} is no {name}"

    def _check_pattern(self, pattern: str, value: Any, _: Schema, at: str) -> Iterator[str]:
        yield from self._bound(isinstance(value, str) and not re.search(pattern, value), at)

    def _check_all(self, parts: Sequence[Schema], value: Any, _: Schema, at: str) -> Iterator[str]:
        for part in parts:
            yield from self.find_problems(part, value, at)

    def _check_some(self, parts: Sequence[Schema], value: Any, at: str, *, most: int) -> Iterator[str]:
        fitting = sum(not any(self.find_problems(part, value, at)) for part in parts)
        if not 1 <= fitting <= most:
            yield f"{at or '/'} is in {fitting} of the {len(parts)} forms that it may have"

    def _bound(self, broken: bool, at: str) -> Iterator[str]:
        if broken:
            yield f"{at or '/'} is out of bounds"
