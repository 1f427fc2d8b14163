"""Checks that the contracts of events only grow: today's must still promise all that was ever published.

`asyncapi/published.json` is the record. It only gets longer: a line for each field, each value of a closed list, each
attribute, header and address that a subscriber may rely on. `make docs` adds what is new; nothing takes a line out.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rtp_gateway.inbound.portal.envelopes import build_data_schema, build_envelope_schema, build_thin_schema
from rtp_shared.contracts.base import EventData

Schema = Mapping[str, Any]
PublishedRecord = dict[str, dict[str, str]]
"""By what is published (a type, the attributes, a channel): the lines that say what it promises."""

REQUIRED = "required "
_EXPLANATIONS = frozenset({"title", "description", "examples", "deprecated"})
_DESCRIBED_APART = frozenset({"type", "format", "properties", "required", "items", "anyOf", "enum"})


def list_promises(kinds: Mapping[str, type[EventData]], document: Mapping[str, Any]) -> PublishedRecord:
    """Return what these contracts and this AsyncAPI document promise."""
    promised = {
        name: {"(about)": kind.SUBJECT, **dict(describe_schema(build_data_schema(kind)))}
        for name, kind in kinds.items()
    }
    return {
        **_list_attributes(kinds),
        **_list_headers(document),
        **_list_channels(document),
        **dict(sorted(promised.items())),
    }


def find_breaks(published: Mapping[str, Mapping[str, str]], today: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return a sentence for each promise that today's would break; none if they only grow."""
    return [sentence for name in published for sentence in _find_breaks(name, published[name], today.get(name))]


def _find_breaks(name: str, old: Mapping[str, str], new: Mapping[str, str] | None) -> Iterator[str]:
    if new is None:
        yield f"{name} was published and is gone: {_explain_way_out(name)}"
        return
    for path, line in old.items():
        if path not in new:
            yield f"{name}: {path} was published and is gone: {_explain_way_out(name)}"
        elif new[path] != line:
            yield f"{name}: {path} was published as '{line}' and would be '{new[path]}': {_explain_way_out(name)}"
    for path in new.keys() - old.keys():
        # A field within a new field may be required: whoever has the one has the other.
        if new[path].startswith(REQUIRED) and _get_parent(path) not in new.keys() - old.keys():
            yield f"{name}: {path} is new and required, which events of yesterday do not have: give it a default"


def _get_parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def _explain_way_out(name: str) -> str:
    stem, _, version = name.rpartition(".v")
    released = (
        f"keep it, and publish {stem}.v{int(version) + 1} beside it"
        if version.isdigit()
        else "what subscribers rely on stays as it is"
    )
    return f"{released} (or, if it was never released: git checkout asyncapi/published.json)"


def describe_schema(schema: Schema, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of each field with what is promised there. Words that only explain are left out."""
    for name, part in schema.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        needed = REQUIRED if name in schema.get("required", []) else "optional "
        yield inner, needed + _describe(part)
        yield from _describe_inside(part, inner)


def _describe_inside(part: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(part, Mapping):
        return
    for value in part.get("enum", []):
        yield f"{path} = {value}", "a value of the list"
    yield from describe_schema(part, path)
    if "items" in part:
        yield f"{path}[]", _describe(part["items"])
        yield from _describe_inside(part["items"], f"{path}[]")
    for each in part.get("anyOf", []):
        yield from _describe_inside(each, path)


def _describe(part: Any) -> str:
    if not isinstance(part, Mapping):
        return "anything" if part else "never there"
    described = _describe_type(part)
    rest = {
        name: part[name] for name in sorted(part.keys() - _EXPLANATIONS - _DESCRIBED_APART) if not name.startswith("x-")
    }
    return " ".join([described, *(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in rest.items())])


def _describe_type(part: Mapping[str, Any]) -> str:
    if "anyOf" in part:
        return " or ".join(sorted(_describe(each) for each in part["anyOf"]))
    listed = "of a list" if "enum" in part else ""
    return " ".join(str(each) for each in (part.get("type", "any"), part.get("format"), listed) if each)


def _list_attributes(kinds: Mapping[str, type[EventData]]) -> PublishedRecord:
    # Which type it is and which service it is from differs from event to event; all else is the same for one subject.
    record: PublishedRecord = {}
    for kind in kinds.values():
        schema = build_envelope_schema(kind, public_url="")
        shared = {name: part for name, part in schema["properties"].items() if name not in {"type", "data"}}
        record[f"attributes of {kind.SUBJECT}"] = dict(describe_schema({**schema, "properties": shared}))
    thin = build_thin_schema()
    types_apart = {**thin, "properties": {**thin["properties"], "type": {"type": "string"}}}
    return {**dict(sorted(record.items())), "attributes of thin events": dict(describe_schema(types_apart))}


def _list_headers(document: Mapping[str, Any]) -> PublishedRecord:
    schemas = document["components"]["schemas"]
    return {
        f"headers of a message that is {name}": dict(describe_schema(schemas[f"{name}-headers"]))
        for name in ("signed", "queued")
    }


def _list_channels(document: Mapping[str, Any]) -> PublishedRecord:
    """Return the channels of subscribers. How services reach each other may change in one deployment."""
    outside = {name: each for name, each in document["channels"].items() if not name.startswith("exchange.")}
    return {f"channel {name}": {"(address)": str(each["address"])} for name, each in outside.items()}
