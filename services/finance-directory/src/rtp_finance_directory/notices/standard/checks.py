"""The schema of releases as functions: each checks a value and says everything that is wrong with it.

They are made from the schemas that are published, once; a keyword that none knows is an error of ours, raised then.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from rtp_finance_directory.loading.problems import ItemFault
from rtp_finance_directory.loading.texts import is_address, is_time, suggest_time
from rtp_finance_directory.notices.standard.problems import ReleaseRule
from rtp_finance_directory.notices.standard.schema import Schema, read_schema

Check = Callable[[Any], Sequence[ItemFault]]

_SAID = {
    "title", "description", "codelist", "openCodelist", "omitWhenMerged", "wholeListMerge", "versionId",
    "mergeStrategy", "deprecated", "id", "$schema", "definitions", "default", "patternProperties",
    "format", "minProperties",
}  # fmt: skip
_KNOWN = _SAID | {"type", "properties", "required", "items", "minItems", "minLength", "enum", "$ref", "uniqueItems"}
_FINE: Sequence[ItemFault] = ()


@cache
def build_check() -> Check:
    """Make the check of a release."""
    return _Builder(read_schema()).build(read_schema())


class _Builder:
    """Makes checks of the parts of a schema; those that refer to each other are made once."""

    def __init__(self, schema: Schema) -> None:
        self._definitions = schema["definitions"]
        self._made: dict[str, Check] = {}

    def build(self, part: Mapping[str, Any]) -> Check:
        if unknown := set(part) - _KNOWN:
            raise ValueError(f"the schema says {sorted(unknown)}, which no check knows")
        if "$ref" in part:
            return self._refer(part["$ref"].removeprefix("#/definitions/"))
        kinds = part.get("type", "object")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        inner = self._build_kind(next(kind for kind in kinds if kind != "null"), part, kinds)
        if "null" not in kinds:
            return inner
        return lambda value: _FINE if value is None else inner(value)

    def _refer(self, name: str) -> Check:
        """Return the check of a definition, which may hold itself."""

        def check(value: Any) -> Sequence[ItemFault]:
            if name not in self._made:
                self._made[name] = self.build(self._definitions[name])
            return self._made[name](value)

        return check

    def _build_kind(self, kind: str, part: Mapping[str, Any], kinds: Sequence[str]) -> Check:
        match kind:
            case "object":
                return self._build_object(part)
            case "array":
                return self._build_array(part)
            case "string" | "integer" if {"string", "integer"} <= set(kinds):
                return _build_text_or_number(part.get("minLength", 0))
            case "string":
                return _build_text(part)
            case "number" | "integer":
                return _build_number(whole=kind == "integer")
            case "boolean":
                return _check_truth
            case other:
                raise ValueError(f"the schema has a {other}, which no check knows")

    def _build_object(self, part: Mapping[str, Any]) -> Check:
        checks = {name: self.build(inner) for name, inner in part.get("properties", {}).items()}
        required = part.get("required", ())

        def check(value: Any) -> Sequence[ItemFault]:
            if type(value) is not dict:
                return [ItemFault((), ReleaseRule.NOT_AN_OBJECT)]
            faults: list[ItemFault] = []
            for name, item in value.items():
                if (inner := checks.get(name)) and (found := inner(item)):
                    faults += _put_inside(name, found)
            faults += [ItemFault((name,), ReleaseRule.MISSING) for name in required if name not in value]
            return faults

        return check

    def _build_array(self, part: Mapping[str, Any]) -> Check:
        inner = self.build(part["items"])
        least, unique = part.get("minItems", 0), part.get("uniqueItems", False)

        def check(value: Any) -> Sequence[ItemFault]:
            if type(value) is not list:
                return [ItemFault((), ReleaseRule.NOT_A_LIST)]
            if len(value) < least:
                return [ItemFault((), ReleaseRule.EMPTY)]
            faults = [fault for index, item in enumerate(value) for fault in _put_inside(index, inner(item))]
            if unique:
                faults += _find_repeated(value)
            return faults

        return check


def _put_inside(key: str | int, faults: Sequence[ItemFault]) -> Iterator[ItemFault]:
    return (fault._replace(path=(key, *fault.path)) for fault in faults)


def _find_repeated(items: Sequence[Any]) -> Iterator[ItemFault]:
    """Find what stands twice in a list, and what has the id of another."""
    if len(items) < 2:
        return
    seen: set[object] = set()
    for index, item in enumerate(items):
        written = json.dumps(item, sort_keys=True)
        said = item.get("id") if type(item) is dict else None
        key = (type(said), said) if type(said) in (str, int) else None
        if written in seen:
            yield ItemFault((index,), ReleaseRule.TWICE_IN_THE_LIST)
        elif key in seen:
            yield ItemFault((index, "id"), ReleaseRule.SAME_ID, said)
        seen |= {written, key} if key else {written}


def _build_text_or_number(least: int) -> Check:
    def check(value: Any) -> Sequence[ItemFault]:
        if type(value) not in (str, int):
            return [ItemFault((), ReleaseRule.NOT_TEXT_OR_NUMBER)]
        return [ItemFault((), ReleaseRule.EMPTY)] if type(value) is str and len(value) < least else _FINE

    return check


def _check_truth(value: Any) -> Sequence[ItemFault]:
    return _FINE if type(value) is bool else [ItemFault((), ReleaseRule.NOT_TRUE_OR_FALSE, value)]


def _build_number(*, whole: bool) -> Check:
    wanted = "a whole number" if whole else "a number"

    def check(value: Any) -> Sequence[ItemFault]:
        if type(value) is int or (not whole and type(value) is float and math.isfinite(value)):
            return _FINE
        return [ItemFault((), ReleaseRule.NOT_A_NUMBER, value, wanted)]

    return check


def _build_text(part: Mapping[str, Any]) -> Check:
    taken = [each for each in part["enum"] if each is not None] if "enum" in part else None
    least, form = part.get("minLength", 0), part.get("format")

    def check(value: Any) -> Sequence[ItemFault]:
        if type(value) is not str:
            return [ItemFault((), ReleaseRule.NOT_TEXT)]
        if len(value) < least:
            return [ItemFault((), ReleaseRule.EMPTY)]
        if taken is not None and value not in taken:
            return [ItemFault((), ReleaseRule.NOT_ON_THE_LIST, value, _list_codes(taken))]
        if form == "date-time" and not is_time(value):
            return [ItemFault((), ReleaseRule.NOT_A_TIME, value, suggest_time(value))]
        if form == "uri" and not is_address(value):
            return [ItemFault((), ReleaseRule.NOT_AN_ADDRESS, value)]
        return _FINE

    return check


def _list_codes(taken: Sequence[str]) -> str:
    return "the three letters of ISO 4217, for example GBP" if "GBP" in taken else ", ".join(taken)
