"""What is wrong with a request, in our words and where the caller wrote it.

The words of the validation library are its own, and its paths hold names of our classes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from rtp_shared.problems import FieldError

_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field here",
    "string_type": "must be text",
    "string_too_short": "has fewer than {min_length} characters",
    "string_too_long": "has more than {max_length} characters",
    "string_pattern_mismatch": "does not have the form {pattern}",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "date_from_datetime_parsing": "is no day of the calendar",
    "date_parsing": "is no day of the calendar",
    "datetime_parsing": "is no such time",
    "datetime_from_date_parsing": "is no such time",
    "timezone_aware": "must have a time zone",
    "list_type": "must be a list",
    "too_short": "has fewer than {min_length} items",
    "too_long": "has more than {max_length} items",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "none_required": "must be null",
    "union_tag_invalid": "{discriminator} must be one of {expected_tags}",
    "union_tag_not_found": "lacks {discriminator}, which says what it is",
    "value_error": "{error}",
    "assertion_error": "{error}",
}
_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""A member of an enumeration, as Python writes it."""
_OTHER = "is not what is taken here"
_OF_THE_LIBRARY = frozenset(get_args(ErrorType))


def describe_errors(errors: Sequence[Mapping[str, Any]], body: object) -> Iterator[FieldError]:
    """Yield what is wrong, each thing once; `body` is what was sent."""
    found = (_describe_error(error, body) for error in errors)
    yield from dict.fromkeys(found)


def describe_failure(error: ValidationError, sent: object, *, under: str = "") -> list[FieldError]:
    """Return what is wrong with a value that was validated by itself, and that stands `under` this pointer."""
    found = ({**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False, include_input=False))
    return [each._replace(field=under + each.field) for each in describe_errors(list(found), sent)]


def _describe_error(error: Mapping[str, Any], body: object) -> FieldError:
    location, *path = error["loc"] or ("body",)
    if location == "body":
        may_lack = error["type"] == "missing" or error["type"] not in _OF_THE_LIBRARY
        return FieldError(_point(path, body, may_lack=may_lack), explain(error))
    name = str(path[0]) if path else ""
    if location == "header" and name.islower():
        name = "-".join(part.capitalize() for part in name.split("-"))
    return FieldError(name, explain(error), str(location))


def explain(error: Mapping[str, Any]) -> str:
    """Return why it is wrong, in our words."""
    kind: str = error["type"]
    if kind not in _OF_THE_LIBRARY:
        return str(error["msg"])
    return _MEMBER.sub(r"\1", _REASONS.get(kind, _OTHER).format_map(error.get("ctx", {})))


def _point(path: Sequence[str | int], body: object, *, may_lack: bool) -> str:
    """Return the JSON pointer of what was sent, or with `may_lack` of what is not there.

    Any other part of the path that is not in the body names a class of ours.
    """
    pointer, at = "", body
    for number, part in enumerate(path, 1):
        index = part if isinstance(part, int) else -1
        if isinstance(at, dict) and part in at:
            at = at[part]
        elif isinstance(at, list) and 0 <= index < len(at):
            at = at[index]
        elif not (may_lack and number == len(path)):
            continue
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer
