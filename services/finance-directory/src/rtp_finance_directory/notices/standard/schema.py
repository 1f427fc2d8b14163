"""The schema of a release: OCDS 1.1.5, the United Kingdom's extension, and what is read here of other extensions."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Schema = dict[str, Any]

STANDARD = files("rtp_finance_directory") / "reference" / "ocds"


def _read(name: str) -> Schema:
    schema: Schema = json.loads((STANDARD / name).read_text("utf-8"))
    return schema


@cache
def read_schema() -> Schema:
    """Return the schema by which releases are checked and merged. Do not change it."""
    schema = _read("release-schema.json")
    for patch in ("fields-read.json", "uk-extension.json"):
        schema = _patch(schema, _read(patch))
    for name in _list_references(schema) - set(schema["definitions"]):
        schema["definitions"][name] = {"type": ["object", "null"], "properties": {}}
    return schema


def _list_references(part: Any) -> set[str]:
    """List the definitions that are referred to; some are of extensions that stand beside the United Kingdom's."""
    if isinstance(part, list):
        return set().union(*map(_list_references, part))
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"].removeprefix("#/definitions/")} if isinstance(part.get("$ref"), str) else set()
    return own.union(*map(_list_references, part.values()))


def read_standard() -> Schema:
    """Return the schema of the standard alone, without extensions."""
    return _read("release-schema.json")


def _patch(schema: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396), which is what extensions of the standard are."""
    if not isinstance(patch, Mapping):
        return patch
    patched = dict(schema) if isinstance(schema, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            patched.pop(name, None)
        else:
            patched[name] = _patch(patched.get(name), value)
    return patched
