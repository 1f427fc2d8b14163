"""The 360Giving schema as functions: each checks a value, and takes out of it what is not kept.

They are made from the schema that is published, once; a keyword that none knows is an error of ours, raised then. One
call checks a grant in some microseconds, and finds everything that is wrong with it. Null counts as not given: every
publisher's tool writes it, and no field means something by it.
"""

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from rtp_finance_directory.grants.standard.problems import GrantRule
from rtp_finance_directory.loading.problems import ItemFault
from rtp_finance_directory.loading.texts import (
    is_address,
    is_day,
    is_day_or_month,
    is_time,
    suggest_day,
    suggest_time,
)

Schema = Mapping[str, Any]
LeftOut = list[str]
"""The fields that were taken out of a grant."""
Check = Callable[[Any, LeftOut], list[ItemFault] | None]
"""Return what is wrong, None if nothing is."""

STANDARD = files("rtp_finance_directory") / "reference" / "360giving"
KEPT_OUT = frozenset({"contactName", "email", "telephone"})
"""Of persons, whom no reader of grants needs."""
_SAID = {"title", "description", "rollUp", "weight", "$comment", "$id", "$schema", "$defs", "examples", "codelist"}
_KNOWN = _SAID | {
    "type", "properties", "required", "items", "minItems", "minimum", "format", "oneOf", "enum", "pattern", "$ref",
    "openCodelist", "uniqueItems",
}  # fmt: skip


def read_schema() -> Schema:
    """Return the schema of a grant, version 1.4.3."""
    schema: Schema = json.loads((STANDARD / "360-giving-schema.json").read_text("utf-8"))
    return schema


@cache
def build_check() -> Check:
    """Make the check of a grant."""
    schema = read_schema()
    return _build_object(schema, schema, "")


def _build(part: Schema, schema: Schema, at: str) -> Check:
    if unknown := set(part) - _KNOWN:
        raise ValueError(f"the schema says {sorted(unknown)} of {at}, which no check knows")
    if "$ref" in part:
        return _build(schema["$defs"][part["$ref"].removeprefix("#/$defs/")], schema, at)
    kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
    match next(kind for kind in kinds if kind != "null"):
        case "object":
            return _build_object(part, schema, at)
        case "array":
            return _build_array(part, schema, at)
        case "number":
            return _build_number(part)
        case "string":
            return _build_text(part)
        case other:
            raise ValueError(f"the schema says that {at} is {other}, which no check knows")


def _build_object(part: Schema, schema: Schema, at: str) -> Check:
    checks = {
        name: _build(inner, schema, f"{at}{name}/")
        for name, inner in part["properties"].items()
        if name not in KEPT_OUT
    }
    required, either = _read_required(part)

    def check(value: Any, left: LeftOut) -> list[ItemFault] | None:
        if type(value) is not dict:
            return [ItemFault((), GrantRule.NOT_AN_OBJECT)]
        faults: list[ItemFault] = []
        drop: list[str] = []
        for name, item in value.items():
            inner = checks.get(name)
            if inner is _check_text and type(item) is str:
                continue  # most fields: it saves the call
            if inner is None or item is None:
                drop.append(name)
            elif found := inner(item, left):
                faults += [fault._replace(path=(name, *fault.path)) for fault in found]
        for name in drop:
            left.append("" if value.pop(name) is None else f"{at}{name}")
        faults += [ItemFault((name,), GrantRule.MISSING) for name in required if name not in value]
        if either:
            faults += _check_either(value, either)
        return faults or None

    return check


def _check_either(value: Mapping[str, Any], either: Sequence[str]) -> Iterator[ItemFault]:
    given = [name for name in either if name in value]
    if not given:
        yield ItemFault((either[0],), GrantRule.MISSING)
    elif len(given) > 1:
        yield ItemFault((given[1],), GrantRule.TWO_RECIPIENTS)


def _read_required(part: Schema) -> tuple[list[str], list[str]]:
    """Return the fields that must be there, and those of which exactly one must be."""
    alternatives = [set(each["required"]) for each in part.get("oneOf", ())]
    if not alternatives:
        return list(part.get("required", ())), []
    always = set.intersection(*alternatives)
    names = list(part["properties"])
    either = sorted(set.union(*alternatives) - always, key=names.index, reverse=True)
    return sorted(always, key=names.index), either


def _build_array(part: Schema, schema: Schema, at: str) -> Check:
    inner = _build(part["items"], schema, at)
    least = part.get("minItems", 0)

    def check(value: Any, left: LeftOut) -> list[ItemFault] | None:
        if type(value) is not list:
            return [ItemFault((), GrantRule.NOT_A_LIST)]
        if len(value) < least:
            return [ItemFault((), GrantRule.EMPTY_LIST)]
        faults: list[ItemFault] = []
        for index, item in enumerate(value):
            if found := inner(item, left):
                faults += [fault._replace(path=(index, *fault.path)) for fault in found]
        return faults or None

    return check


def _build_number(part: Schema) -> Check:
    least = part.get("minimum", -math.inf)

    def check(value: Any, _: LeftOut) -> list[ItemFault] | None:
        if type(value) is not int and (type(value) is not float or not math.isfinite(value)):
            return [ItemFault((), GrantRule.NOT_A_NUMBER, value)]
        return [ItemFault((), GrantRule.TOO_SMALL, value, str(least))] if value < least else None

    return check


def _check_text(value: Any, _: LeftOut) -> list[ItemFault] | None:
    return None if type(value) is str else [ItemFault((), GrantRule.NOT_TEXT)]


Suggest = Callable[[str], str]
_FORMS: dict[frozenset[str], tuple[Callable[[str], bool], GrantRule, Suggest]] = {
    frozenset({"date-time"}): (is_time, GrantRule.NOT_A_TIME, suggest_time),
    frozenset({"uri"}): (is_address, GrantRule.NOT_AN_ADDRESS, str),
    frozenset({"date-time", "day"}): (is_day, GrantRule.NOT_A_DAY, suggest_day),
    frozenset({"date-time", "day", "month"}): (is_day_or_month, GrantRule.NOT_A_DAY, suggest_day),
}
_PATTERNS = {
    "^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$": "day",
    "^[0-9]{4}(-(0[1-9]|1[012]))?$": "month",
}


def _build_text(part: Schema) -> Check:
    forms = [part, *part.get("oneOf", ())]
    named = frozenset(
        form["format"] if "format" in form else _PATTERNS[form["pattern"]]
        for form in forms
        if "format" in form or "pattern" in form
    )
    taken = _read_codes(part)
    if not named and taken is None:
        return _check_text
    has_form, rule, suggest = _FORMS[named] if named else (None, GrantRule.NOT_TEXT, str)

    def check(value: Any, _: LeftOut) -> list[ItemFault] | None:
        if type(value) is not str:
            return [ItemFault((), GrantRule.NOT_TEXT)]
        if taken is not None and value not in taken:
            return [ItemFault((), GrantRule.NOT_ON_THE_LIST, value, _describe_codes(taken))]
        if has_form is not None and not has_form(value):
            return [ItemFault((), rule, value, suggest(value))]
        return None

    return check


def _read_codes(part: Schema) -> frozenset[str] | None:
    """Return the codes that alone are taken; None where any text is."""
    if "enum" in part:
        return frozenset(part["enum"])
    if part.get("openCodelist", True):
        return None
    lines = (STANDARD / "codelists" / part["codelist"]).read_text("utf-8").splitlines()
    return frozenset(row["Code"] for row in csv.DictReader(lines))


def _describe_codes(taken: Iterable[str]) -> str:
    codes = sorted(taken)
    if "GBP" in taken:
        return "Write the three letters of ISO 4217, for example GBP"
    if "GB" in taken:
        return "Write the two letters of ISO 3166, for example GB"
    return f"Write one of {', '.join(codes)}"
