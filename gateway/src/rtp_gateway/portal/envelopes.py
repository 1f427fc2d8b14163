"""JSON Schemas of whole events, attributes and data, and the example of each type. Made from the contracts."""

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from rtp_gateway.deliveries import forms
from rtp_shared import contracts
from rtp_shared.contracts import events
from rtp_shared.contracts.base import CASES, EventData, catalogue

Schema = dict[str, Any]

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


def envelope_schema(kind: type[EventData], *, public_url: str) -> Schema:
    """Schema of the whole event in its full form."""
    about_case = kind.SUBJECT == CASES
    source = {**_URI, "description": "The publishing service", "examples": [f"{public_url}/{publisher_of(kind)}"]}
    attributes = _attributes({"const": kind.TYPE}, source, subject=kind.SUBJECT)
    return {
        "type": "object",
        "required": [*REQUIRED, *(["caseid"] if about_case else []), "data"],
        "properties": {**attributes, "data": data_schema(kind)},
    }


def thin_schema() -> Schema:
    """Schema of any event in its thin form, which is the form of erased events too."""
    source = {**_URI, "description": "The publishing service"}
    attributes = _attributes({"enum": sorted(catalogue())}, source, subject=CASES)
    hashed = {**_HASH, "description": "SHA-256 of the event's full form: `previoushash` of the next of its chain"}
    erased = {**_INSTANT, "description": "When its data was erased, where it was: nobody can read it any more"}
    return {
        "type": "object",
        "required": [*REQUIRED, "eventhash"],
        "properties": {**attributes, "eventhash": hashed, "erasedat": erased, "data": False},
    }


def _attributes(type_: Schema, source: Schema, *, subject: str) -> Schema:
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
            "description": f"Number of the event among those of its source and {thing}, from 1 on, by ones",
        },
        "previoushash": {**_HASH, "description": "SHA-256 of the event before it; absent where a chain begins"},
        "correlationid": {**_TEXT, "description": "Ties together all that one API call caused"},
        "causationid": {**_TEXT, "description": "Id of the event that caused this one"},
        "traceparent": {**_TEXT, "description": "W3C trace context"},
        **(_about() if subject == CASES else {}),
    }


def _about() -> Schema:
    """What subscribers filter by; each is there where it is known."""
    return {
        "route": {**_TEXT, "description": "The legal route of the case, for example right-to-provide"},
        "sector": {**_TEXT, "description": "Service sector, from the closed list"},
        "region": {**_TEXT, "description": "ONS region code (E12...), of the employing body"},
        "employer": {**_UUID, "description": "The employing body"},
        "commissioner": {**_UUID, "description": "The commissioning body"},
    }


def data_schema(kind: type[EventData]) -> Schema:
    """Schema of an event's `data`, whole in itself: what pydantic keeps apart in `$defs` is put in place."""
    schema = kind.model_json_schema(by_alias=True)
    whole: Schema = _in_place(schema, schema.pop("$defs", {}))
    return whole


def _in_place(part: Any, apart: Schema) -> Any:
    if isinstance(part, list):
        return [_in_place(each, apart) for each in part]
    if not isinstance(part, dict):
        return part
    named = apart[part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    return {name: _in_place(each, apart) for name, each in {**named, **part}.items() if name != "$ref"}


@cache
def _example(name: str) -> str:
    return (files(contracts) / "examples" / f"{name}.json").read_text()


def example(kind: type[EventData]) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(_example(kind.TYPE))
    return event


def example_bytes(kind: type[EventData]) -> bytes:
    """The example as it would be on a wire."""
    return json.dumps(example(kind), separators=(",", ":")).encode()


def thin_example(kind: type[EventData]) -> dict[str, Any]:
    """An example as it is sent after its data was erased."""
    body = example_bytes(kind)
    erased = forms.thin(body, bytes.fromhex(events.compute_digest(body)), datetime(2033, 11, 23, 2, tzinfo=UTC))
    event: dict[str, Any] = json.loads(erased)
    return event
