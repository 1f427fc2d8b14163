"""Types of JSON as the history and the tables hold it."""

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
JsonMapping: TypeAlias = Mapping[str, Any]
Changes: TypeAlias = dict[str, list[Any]]
"""JSON pointer: [before, after]; [before] alone where it is gone."""
