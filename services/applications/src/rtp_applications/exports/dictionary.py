"""What the columns of an export are: told by the class of which an export is made."""

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, get_args
from uuid import UUID

from rtp_applications.exports.queries import NAMES
from rtp_applications.exports.schemas import DictionaryView, ExportedCase, ExportedColumn

_KINDS = {str: "text", int: "whole", bool: "truth", datetime: "time", UUID: "uuid"}


@cache
def describe_columns() -> DictionaryView:
    """Return the columns of an export, in their order."""
    fields = ExportedCase.model_fields.items()
    return DictionaryView(columns=[_describe(NAMES[name], each.annotation, each.description) for name, each in fields])


def _describe(name: str, annotation: Any, description: str | None) -> ExportedColumn:
    inner = next((each for each in get_args(annotation) if each is not type(None)), annotation)
    is_list = getattr(annotation, "__origin__", None) is list
    is_code = isinstance(inner, type) and issubclass(inner, StrEnum)
    return ExportedColumn(
        name=name,
        kind="list" if is_list else "code" if is_code else _KINDS[inner],
        description=description or "",
        values=[str(each) for each in inner] if is_code else [],
    )
