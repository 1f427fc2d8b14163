"""What has been published of the events, kept line by line, and whether today's contracts still say all of it.

`asyncapi/published.json` is the record. It only grows: a line for each field, each value of a closed list, each
attribute, header and address that a subscriber may rely on. `make docs` adds what is new; nothing takes a line out.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rtp_gateway.inbound.portal.envelopes import build_data_schema, build_envelope_schema, build_thin_schema
from rtp_shared.contracts import EventData

Schema = Mapping[str, Any]
Record = dict[str, dict[str, str]]
"""What is published (a type, the attributes, a channel) -> the lines that say what it promises."""

REQUIRED = "required "
_WORDS_ONLY = frozenset({"title", "description", "examples", "deprecated"})
_LOOKED_INTO = frozenset({"type", "format", "properties", "required", "items", "anyOf", "enum"})


def of(kinds: Mapping[str, type[EventData]], document: Mapping[str, Any]) -> Record:
    """What these contracts and this AsyncAPI document promise."""
    promised = {name: {"(about)": kind.SUBJECT, **dict(lines(build_data_schema(kind)))} for name, kind in kinds.items()}
    return {**_attributes(kinds), **_headers(document), **_channels(document), **dict(sorted(promised.items()))}


def breaks(published: Mapping[str, Mapping[str, str]], today: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Why today's promises would break those who rely on what is published: sentences, none if they only grow."""
    return [sentence for name in published for sentence in _breaks(name, published[name], today.get(name))]


def _breaks(name: str, old: Mapping[str, str], new: Mapping[str, str] | None) -> Iterator[str]:
    if new is None:
        yield f"{name} was published and is gone: {_way(name)}"
        return
    for path, line in old.items():
        if path not in new:
            yield f"{name}: {path} was published and is gone: {_way(name)}"
        elif new[path] != line:
            yield f"{name}: {path} was published as '{line}' and would be '{new[path]}': {_way(name)}"
    for path in new.keys() - old.keys():
        # A field within a new field may be required: whoever has the one has the other.
        if new[path].startswith(REQUIRED) and _parent(path) not in new.keys() - old.keys():
            yield f"{name}: {path} is new and required, which events of yesterday do not have: give it a default"


def _parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def _way(name: str) -> str:
    stem, _, version = name.rpartition(".v")
    if not version.isdigit():
        return "what subscribers rely on stays as it is"
    return f"keep it, and publish {stem}.v{int(version) + 1} beside it"


def lines(schema: Schema, path: str = "") -> Iterator[tuple[str, str]]:
    """A schema line by line: path -> what is promised there. Words that only explain are left out."""
    for name, part in schema.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        needed = REQUIRED if name in schema.get("required", []) else "optional "
        yield inner, needed + _said(part)
        yield from _within(part, inner)


def _within(part: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(part, Mapping):
        return
    for value in part.get("enum", []):
        yield f"{path} = {value}", "a value of the list"
    yield from lines(part, path)
    if "items" in part:
        yield f"{path}[]", _said(part["items"])
        yield from _within(part["items"], f"{path}[]")
    for each in part.get("anyOf", []):
        yield from _within(each, path)


def _said(part: Any) -> str:
    if not isinstance(part, Mapping):
        return "anything" if part else "never there"
    said = _kind(part)
    rest = {name: part[name] for name in sorted(part.keys() - _WORDS_ONLY - _LOOKED_INTO) if not name.startswith("x-")}
    return " ".join([said, *(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in rest.items())])


def _kind(part: Mapping[str, Any]) -> str:
    if "anyOf" in part:
        return " or ".join(sorted(_said(each) for each in part["anyOf"]))
    listed = "of a list" if "enum" in part else ""
    return " ".join(str(each) for each in (part.get("type", "any"), part.get("format"), listed) if each)


def _attributes(kinds: Mapping[str, type[EventData]]) -> Record:
    # Which type it is and which service it is from differs from event to event; all else is the same for one subject.
    record: Record = {}
    for kind in kinds.values():
        schema = build_envelope_schema(kind, public_url="")
        shared = {name: part for name, part in schema["properties"].items() if name not in {"type", "data"}}
        record[f"attributes of {kind.SUBJECT}"] = dict(lines({**schema, "properties": shared}))
    thin = build_thin_schema()
    types_apart = {**thin, "properties": {**thin["properties"], "type": {"type": "string"}}}
    return {**dict(sorted(record.items())), "attributes of thin events": dict(lines(types_apart))}


def _headers(document: Mapping[str, Any]) -> Record:
    schemas = document["components"]["schemas"]
    return {
        f"headers of a message that is {name}": dict(lines(schemas[f"{name}-headers"])) for name in ("signed", "queued")
    }


def _channels(document: Mapping[str, Any]) -> Record:
    """Those that subscribers use. How services reach each other may change in one deployment."""
    outside = {name: each for name, each in document["channels"].items() if not name.startswith("exchange.")}
    return {f"channel {name}": {"(address)": str(each["address"])} for name, each in outside.items()}
