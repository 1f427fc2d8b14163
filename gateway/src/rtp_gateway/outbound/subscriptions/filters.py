"""The filters of a subscription, which choose events by their attributes and by declared fields of their data.

Source: CloudEvents Subscriptions API (draft 0.1-wip), dialects exact, prefix, suffix, all, any and not. What is
compared is the value's JSON text without quotes, to the letter. An event that lacks the value matches none of exact,
prefix and suffix, so it matches a `not` around them.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Final, NamedTuple

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from rtp_gateway.outbound.subscriptions.errors import FiltersRefused
from rtp_gateway.types import JsonMapping, JsonObject
from rtp_shared.contracts import FILTER_ATTRIBUTES, EventData, catalogue
from rtp_shared.problems import FieldError
from rtp_shared.texts import require_fit

DEEPEST: Final = 8
MOST: Final = 100
LONGEST: Final = 500

ATTRIBUTES: Final = (
    *("id", "source", "type", "subject", "time", "specversion", "datacontenttype", "dataschema", "dataref"),
    *("caseid", "partitionkey", "sequence", "previoushash", "correlationid", "causationid", "traceparent"),
    *FILTER_ATTRIBUTES,
)
"""The context attributes that events have, each in some of them."""


def _list_single_values(kind: type[EventData]) -> Iterator[str]:
    """Yield the names of the fields whose JSON is a string, a whole number or a boolean."""
    schema = kind.model_json_schema(mode="serialization", ref_template="{model}")
    for name, declared in schema.get("properties", {}).items():
        forms = [
            schema["$defs"][form["$ref"]] if "$ref" in form else form for form in declared.get("anyOf", [declared])
        ]
        if {form.get("type") for form in forms} - {"null"} <= {"string", "integer", "boolean"}:
            yield name


FIELDS: Final = tuple(sorted({f"data.{name}" for kind in catalogue().values() for name in _list_single_values(kind)}))
"""The data fields that some event declares as a single value."""

DIALECTS: Final = ("exact", "prefix", "suffix", "all", "any", "not")

_KNOWN: Final = frozenset(ATTRIBUTES + FIELDS)

_COMPARISONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "exact": operator.eq,
    "prefix": str.startswith,
    "suffix": str.endswith,
}


def matches(filters: Sequence[JsonMapping], event: JsonMapping) -> bool:
    """Return True if the event passes every one of these filters, which `check` let pass."""
    for entry in filters:  # noqa: SIM110 - a generator costs more, and this runs for every event and subscription
        if not _passes(entry, event):
            return False
    return True


def _passes(entry: JsonMapping, event: JsonMapping) -> bool:
    ((dialect, operand),) = entry.items()
    if compare := _COMPARISONS.get(dialect):
        for name, text in operand.items():
            actual = _read_value(event, name)
            if actual is None or not compare(actual, text):
                return False
        return True
    if dialect == "not":
        return not _passes(operand, event)
    if dialect == "all":
        return matches(operand, event)
    return any(_passes(each, event) for each in operand)


def _read_value(event: JsonMapping, name: str) -> str | None:
    if name.startswith("data."):
        held = event.get("data")
        value = held.get(name[5:]) if isinstance(held, dict) else None
    else:
        value = event.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else None


class _FilterFault(NamedTuple):
    """A part of a filter that is not allowed, and the reason."""

    path: tuple[str | int, ...]
    reason: str


def check(filters: Sequence[JsonMapping]) -> None:
    """Raise FiltersRefused, with a pointer to each fault from /filters on, if these are not filters that we offer."""
    if faults := _find_faults(filters):
        raise FiltersRefused([FieldError(_build_pointer("filters", *fault.path), fault.reason) for fault in faults])


def _build_pointer(*path: str | int) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _find_faults(filters: Sequence[object]) -> list[_FilterFault]:
    found: list[_FilterFault] = []
    for count, fault in enumerate(_check_entries(filters, (), 1)):
        if count == MOST:
            return [*found, _FilterFault((), f"must hold at most {MOST} comparisons, alls, anys and nots")]
        if fault:
            found.append(fault)
    return found


_Faults = Iterator[_FilterFault | None]
"""A fault, or None, for each comparison, all, any and not in turn; lazy, so that MOST bounds the work."""


def _check_entries(entries: Sequence[object], path: tuple[str | int, ...], depth: int) -> _Faults:
    for index, entry in enumerate(entries):
        yield from _check_entry(entry, (*path, index), depth)


def _check_entry(entry: object, path: tuple[str | int, ...], depth: int) -> _Faults:
    if depth > DEEPEST:
        yield _FilterFault(path, f"stands too deep: at most {DEEPEST} filters may stand in one another")
    elif not isinstance(entry, Mapping) or len(entry) != 1:
        yield _FilterFault(path, "must be an object with exactly one of exact, prefix, suffix, all, any and not")
    else:
        ((dialect, operand),) = entry.items()
        yield from _check_operand(dialect, operand, (*path, dialect), depth)


def _check_operand(dialect: str, operand: object, path: tuple[str | int, ...], depth: int) -> _Faults:
    if dialect in _COMPARISONS:
        yield from _check_comparison(operand, path)
    elif dialect == "not":
        yield None
        yield from _check_entry(operand, path, depth + 1)
    elif dialect not in ("all", "any"):
        yield _FilterFault(path, "dialect not offered: use exact, prefix, suffix, all, any or not")
    elif not isinstance(operand, list | tuple) or not operand:
        yield _FilterFault(path, "must be a list of one or more filters")
    else:
        yield None
        yield from _check_entries(operand, path, depth + 1)


def _check_comparison(operand: object, path: tuple[str | int, ...]) -> _Faults:
    if not isinstance(operand, Mapping) or not operand:
        yield _FilterFault(path, "must be an object with one or more attributes, each with the text to compare with")
        return
    for name, text in operand.items():
        reason = _explain_name(name) or _explain_text(text)
        yield _FilterFault((*path, name), reason) if reason else None


def _explain_name(name: str) -> str | None:
    if name in _KNOWN:
        return None
    shown = repr(name if len(name) <= 60 else name[:60] + "…")
    if name.startswith("data."):
        return f"no event declares {shown} as a text, whole number, boolean, id or date"
    return f"events have no attribute {shown}; fields of their data are named data.<field>"


def _explain_text(text: object) -> str | None:
    if not isinstance(text, str):
        return 'must be a string, for numbers and booleans too: "5", "true"'
    if not 0 < len(text) <= LONGEST:
        return f"must have 1 to {LONGEST} characters"
    try:
        require_fit(text)
    except ValueError as error:
        return str(error)
    return None


def _validate(value: object) -> object:
    if isinstance(value, list) and (faults := _find_faults(value)):
        raise ValidationError.from_exception_data("Filters", [_build_error(fault) for fault in faults])
    return value


def _build_error(fault: _FilterFault) -> InitErrorDetails:
    error = PydanticCustomError("filter", "{reason}", {"reason": fault.reason})
    return InitErrorDetails(type=error, loc=fault.path, input=None)


_Attribute = Annotated[str, Field(json_schema_extra={"enum": [*ATTRIBUTES, *FIELDS]})]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class Compared(RootModel[Annotated[dict[_Attribute, _Text], Field(min_length=1)]]):
    """Attributes and data fields, each with the text to compare with; all of them must hold."""


class ExactFilter(BaseModel, extra="forbid"):
    """The value is this text."""

    exact: Compared


class PrefixFilter(BaseModel, extra="forbid"):
    """The value begins with this text."""

    prefix: Compared


class SuffixFilter(BaseModel, extra="forbid"):
    """The value ends with this text."""

    suffix: Compared


class AllFilter(BaseModel, extra="forbid"):
    """Every one of these filters holds."""

    all: list["Filter"] = Field(min_length=1)


class AnyFilter(BaseModel, extra="forbid"):
    """At least one of these filters holds."""

    any: list["Filter"] = Field(min_length=1)


class NotFilter(BaseModel, extra="forbid"):
    """This filter does not hold, also because the event lacks what is compared."""

    not_: "Filter" = Field(alias="not")


class Filter(RootModel[ExactFilter | PrefixFilter | SuffixFilter | AllFilter | AnyFilter | NotFilter]):
    """One filter, of a dialect of the CloudEvents Subscriptions API."""


class _FiltersSchema:
    """Puts the six dialects into the JSON Schema. They do not read filters: errors of a union point to each member."""

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(TypeAdapter(list[Filter]).core_schema)


Filters = Annotated[
    list[JsonObject],
    BeforeValidator(_validate),
    _FiltersSchema(),
    Field(
        description="Which events are wanted: those that pass every one of these filters; none stands for all. "
        f"At most {MOST} comparisons, alls, anys and nots, at most {DEEPEST} deep.",
        examples=[[{"exact": {"route": "right-to-provide"}}, {"not": {"suffix": {"type": ".case-opened.v1"}}}]],
    ),
]
"""A request body's filters, read as plain JSON."""
