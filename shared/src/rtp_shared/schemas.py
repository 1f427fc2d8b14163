"""Building blocks for request and response bodies: camelCase on the wire, unknown fields refused, safe text."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel

from rtp_shared.texts import normalise, normalise_line, require_fit


class Input(BaseModel):
    """A request body. A field we do not know is an error, because a typing mistake must not lose what was meant."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True, validate_by_name=False, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler, /) -> Any:
        written = handler(schema)
        _name_bounds(handler.resolve_ref_schema(written).get("properties", {}))
        return written


def _name_bounds(part: Any) -> None:
    """Write the bounds of a number in JSON Schema's words: Pydantic leaves its own where a validator goes before."""
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _name_bounds(each)
    for ours, name in (("ge", "minimum"), ("le", "maximum")):
        if isinstance(part, dict) and isinstance(part.get(ours), int):
            part[name] = part.pop(ours)


class Output(BaseModel):
    """A response body."""

    # By name alone: looking for an alias first costs a failed lookup for every field of every row.
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=False, from_attributes=True
    )


STORED = {"stored": True}
"""Context to validate with what was stored: its text is as it was taken then, whatever is refused since."""


def _apply(rule: Callable[[str], str]) -> Callable[[object, ValidationInfo], object]:
    def validate(value: object, info: ValidationInfo) -> object:
        return rule(value) if isinstance(value, str) and info.context != STORED else value

    return validate


Storable = AfterValidator(_apply(require_fit))
"""Text that is kept as it came, such as an identifier or an address."""

OneLine = BeforeValidator(_apply(normalise_line))
"""Text of people, in a line: see `rtp_shared.texts`."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=200), OneLine]
"""One line of text: 1 to 200 characters."""

Prose = Annotated[str, StringConstraints(min_length=1, max_length=5000), BeforeValidator(_apply(normalise))]
"""Some paragraphs of text: 1 to 5,000 characters."""


def not_before(first: str) -> AfterValidator:
    """Refuse a day before that of the field above with this name; what was stored is read as it is."""

    def validate(value: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get(first)
        if value is not None and begins is not None and value < begins and info.context != STORED:
            raise ValueError(f"is before {to_camel(first)}")
        return value

    return AfterValidator(validate)


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LOST_PLUS = re.compile(r".+ \d\d:\d\d", re.ASCII)


def _require_day(value: object) -> object:
    made_here = isinstance(value, date) and not isinstance(value, datetime)
    if not made_here and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError('must be a day as text, for example "2026-11-30"')
    return value


def _require_instant(value: object) -> object:
    if isinstance(value, str) and _LOST_PLUS.fullmatch(value):
        raise ValueError("holds a blank: a plus in an address is written %2B")
    if not isinstance(value, datetime) and not (isinstance(value, str) and _INSTANT.fullmatch(value)):
        raise ValueError('must be a time with its zone as text, for example "2026-11-30T09:00:00Z"')
    return value


def _read_whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Day = Annotated[date, BeforeValidator(_require_day)]
"""A civil date in ISO 8601's extended form. Numbers, which other systems count days or seconds by, are refused."""

Instant = Annotated[AwareDatetime, BeforeValidator(_require_instant)]
"""A time with its zone in ISO 8601's extended form."""

Whole = Annotated[int, BeforeValidator(_read_whole), Field(strict=True)]
"""A whole number, also where JSON writes it as 3.0; no text and no truth value."""

Pence = Annotated[Whole, Field(ge=0, le=10**13)]
"""Money in whole pence, up to a hundred billion pounds."""

Count = Annotated[Whole, Field(ge=0, le=1_000_000)]
