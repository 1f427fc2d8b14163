"""The members of bodies in the merged OpenAPI document, as generators of clients read them.

A member of an answer is always there, so it is required, but for one that is marked as left out where there is nothing
to say. A member of a request that has a default may be left out:
generators take `default` for "is always there", or send it, which in a PATCH would be a change.
"""

import json
from collections.abc import Iterator

from rtp_gateway.types import JsonObject

_PREFIX = "#/components/schemas/"
_JSON = "application/json"
TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f]*$"
"""The pattern of every text of a request: no controls, and nothing that turns the direction of text (docs/adr/0027)."""
LEFT_OUT = "x-left-out"
"""Marks a member of an answer that is not always there."""
_SHAPED = frozenset({"enum", "const", "format", "pattern"})


def describe_members(document: JsonObject) -> None:
    """Say in every schema which members must be sent, and which are always answered."""
    schemas = document["components"]["schemas"]
    operations = [(method, each) for path in document["paths"].values() for method, each in path.items()]
    asked = _find_used([each.get("requestBody") for _, each in operations], schemas)
    changing = _find_used([each.get("requestBody") for method, each in operations if method == "patch"], schemas)
    for name in asked:
        _take_out_defaults(schemas[name], say=name not in changing)
        _describe_texts(schemas[name])
    for _, operation in operations:
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                _describe_texts(parameter["schema"])
    answers = [
        answer.get("content", {}).get(_JSON)
        for _, operation in operations
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    for name in _find_used(answers, schemas) - asked:
        if members := schemas[name].get("properties"):
            schemas[name]["required"] = [member for member, said in members.items() if not said.get(LEFT_OUT)]
    for name in schemas:
        for member in schemas[name].get("properties", {}).values():
            member.pop(LEFT_OUT, None)


def _find_used(part: object, schemas: JsonObject) -> set[str]:
    """Return the names of the schemas that a part of the document refers to, directly or by others."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        new = set(_find_references(waiting.pop())) - found
        found |= new
        waiting += [schemas[name] for name in new]
    return found


def _find_references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        reference = part.get("$ref")
        if isinstance(reference, str) and reference.startswith(_PREFIX):
            yield reference.removeprefix(_PREFIX)
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _find_references(each)


def _describe_texts(part: object) -> None:
    """Say of every free text in a schema what it cannot hold."""
    if isinstance(part, dict) and part.get("type") == "string" and not _SHAPED & part.keys():
        part["pattern"] = TEXT
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _describe_texts(each)


def _take_out_defaults(schema: JsonObject, *, say: bool) -> None:
    for member in schema.get("properties", {}).values():
        if "default" not in member:
            continue
        default = json.dumps(member.pop("default"))
        if say:
            said = member.get("description", "").rstrip(".")
            member["description"] = f"{said}. Left out: {default}" if said else f"Left out: {default}"
