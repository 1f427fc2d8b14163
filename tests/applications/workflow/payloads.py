"""What may be given with an action, generated from the schema that is published for it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from rtp_applications.workflow.snapshot import Payload
from tests.applications.workflow.ground import NOW

DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
TEXTS = st.text("abc 1-", min_size=1, max_size=12)


@cache
def make_payloads(kind: type[Payload]) -> st.SearchStrategy[Payload | None]:
    """Records of a kind; None where what was generated is not valid after all, by a rule that no schema can say."""
    schema = kind.model_json_schema(by_alias=True)
    return _of(schema, schema.get("$defs", {})).map(lambda said: _read(kind, said))


def _read(kind: type[Payload], said: Any) -> Payload | None:
    try:
        return kind.model_validate(said)
    except ValidationError:
        return None


def _of(schema: Mapping[str, Any], named: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _of(named[schema["$ref"].rpartition("/")[2]], named)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([_of(each, named) for each in schema["anyOf"]])
    return _plain(schema, named)


def _plain(schema: Mapping[str, Any], named: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    match schema.get("type"):
        case "string":
            return _text(schema)
        case "integer" | "number":
            return st.integers(schema.get("minimum", 0), min(schema.get("maximum", 50), schema.get("minimum", 0) + 50))
        case "boolean":
            return st.booleans()
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(_of(schema["items"], named), min_size=least, max_size=max(least, 3))
        case "object":
            return _object(schema, named)
        case "null":
            return st.none()
    return st.none() | st.integers(0, 9) | TEXTS


def _object(schema: Mapping[str, Any], named: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    given = {name: each for name, each in schema.get("properties", {}).items() if not each.get("readOnly")}
    fields = {name: _of(each, named) for name, each in given.items()}
    wanted = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: each for name, each in fields.items() if name in wanted},
        optional={name: each for name, each in fields.items() if name not in wanted},
    )


def _text(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    match schema.get("format"):
        case "date":
            return DAYS.map(date.isoformat)
        case "date-time":
            return DAYS.map(lambda day: datetime.combine(day, time(9), NOW.tzinfo).isoformat())
        case "uuid":
            return st.uuids().map(str)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(lambda text: len(text) <= 200)
    return TEXTS
