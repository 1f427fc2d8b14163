"""JSON Schemas of whole events, attributes and data, and the example of each type. Made from the contracts."""

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from rtp_gateway.forms import rendering
from rtp_gateway.types import JsonObject
from rtp_shared import contracts
from rtp_shared.contracts import CASES, EventData, catalogue, events

Schema = JsonObject

_TEXT = {"type": "string", "minLength": 1}
_URI = {"type": "string", "format": "uri-reference", "minLength": 1}
_UUID = {"type": "string", "format": "uuid"}
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_INSTANT = {"type": "string", "format": "date-time"}
REQUIRED = ["specversion", "id", "source", "type", "subject", "time", "partitionkey", "sequence"]
THIN = "thin-event"


def key_of(kind: type[EventData]) -> str:
    """`applications.case-opened.v1`: the type without what all types begin with."""
    return kind.TYPE.split(".", 2)[2]


def publisher_of(kind: type[EventData]) -> str:
    return kind.TYPE.split(".")[2]


def build_envelope_schema(kind: type[EventData], *, public_url: str) -> Schema:
    """Return the schema of the whole event in its full form."""
    about_case = kind.SUBJECT == CASES
    source = {**_URI, "description": "The publishing service", "examples": [f"{public_url}/{publisher_of(kind)}"]}
    attributes = _build_attributes({"const": kind.TYPE}, source, subject=kind.SUBJECT)
    return {
        "type": "object",
        "required": [*REQUIRED, *(["caseid"] if about_case else []), "data"],
        "properties": {**attributes, "data": build_data_schema(kind)},
    }


def build_thin_schema() -> Schema:
    """Return the schema of any event in its thin form, which is the form of erased events too."""
    source = {**_URI, "description": "The publishing service"}
    attributes = _build_attributes({"enum": sorted(catalogue())}, source, subject=CASES)
    hashed = {**_HASH, "description": "SHA-256 of the event's full form: `previoushash` of the next of its chain"}
    erased = {**_INSTANT, "description": "When its data was erased, where it was: nobody can read it any more"}
    return {
        "type": "object",
        "required": [*REQUIRED, "eventhash"],
        "properties": {**attributes, "eventhash": hashed, "erasedat": erased, "data": False},
    }


def _build_attributes(type_: Schema, source: Schema, *, subject: str) -> Schema:
    thing = subject.removesuffix("s")
    case = {"caseid": {**_UUID, "description": "The case"}} if subject == CASES else {}
    return {
        "specversion": {"const": "1.0"},
        "id": {**_TEXT, "description": "With `source`, the same on every delivery of this event"},
        "source": source,
        "type": type_,
        "subject": {**_TEXT, "description": f"{subject}/{{id}}"},
        "time": {**_INSTANT, "description": "When it happened"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {**_URI, "description": "Where the schema of `data` is"},
        "dataref": {**_URI, "description": "Where more is to be read, by those who may"},
        **case,
        "partitionkey": {**_TEXT, "description": f"The {thing}: what order holds within"},
        "sequence": {
            "type": "string",
            "pattern": "^[0-9]{10}$",
            "description": f"Number of the event among those of its source and {thing}, from 1 on, by ones: a string, "
            "padded with zeros, so that comparing strings puts them in order",
            "examples": ["0000000042"],
        },
        "previoushash": {**_HASH, "description": "SHA-256 of the event before it; absent where a chain begins"},
        "correlationid": {**_TEXT, "description": "Ties together all that one API call caused"},
        "causationid": {**_TEXT, "description": "Id of the event that caused this one"},
        "traceparent": {**_TEXT, "description": "W3C trace context"},
        **(_build_about() if subject == CASES else {}),
    }


def _build_about() -> Schema:
    """Return the attributes that subscribers filter by; each is there where it is known."""
    return {
        "route": {**_TEXT, "description": "The legal route of the case, for example right-to-provide"},
        "sector": {**_TEXT, "description": "Service sector, from the closed list"},
        "region": {**_TEXT, "description": "ONS region code (E12...), of the employing body"},
        "employer": {**_UUID, "description": "The employing body"},
        "commissioner": {**_UUID, "description": "The commissioning body"},
    }


def build_data_schema(kind: type[EventData]) -> Schema:
    """Return the schema of an event's `data`, with the `$defs` of pydantic put in their places."""
    schema = kind.model_json_schema(by_alias=True)
    whole: Schema = _inline(schema, schema.pop("$defs", {}))
    return whole


def _inline(part: Any, definitions: Schema) -> Any:
    if isinstance(part, list):
        return [_inline(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    named = definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    return {name: _inline(each, definitions) for name, each in {**named, **part}.items() if name != "$ref"}


@cache
def _load_text(name: str) -> str:
    return (files(contracts) / "examples" / f"{name}.json").read_text()


def load_example(kind: type[EventData]) -> JsonObject:
    event: JsonObject = json.loads(_load_text(kind.TYPE))
    return event


def dump_example(kind: type[EventData]) -> bytes:
    """Return the example as it would be on a wire."""
    return json.dumps(load_example(kind), separators=(",", ":")).encode()


def build_thin_example(kind: type[EventData]) -> JsonObject:
    """Return an example as it is sent after its data was erased."""
    body = dump_example(kind)
    erased = rendering.thin_out(body, bytes.fromhex(events.compute_digest(body)), datetime(2033, 11, 23, 2, tzinfo=UTC))
    event: JsonObject = json.loads(erased)
    return event
