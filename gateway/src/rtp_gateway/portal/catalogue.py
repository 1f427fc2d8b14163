"""The catalogue of events: a page that lists them, and one for each with all that its contract says."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from rtp_gateway.portal import envelopes
from rtp_gateway.portal.envelopes import key_of, publisher_of
from rtp_gateway.portal.pages import code, link, listing, page, prose, table
from rtp_shared import contracts
from rtp_shared.contracts.base import EventData
from rtp_shared.problems import NotFound

event_pages = APIRouter(include_in_schema=False)

_VERSION = re.compile(r"(.+)\.v(\d+)")
_WORDS = {"date-time": "instant, UTC", "date": "civil date", "uuid": "UUID", "uri-reference": "URI"}


@event_pages.get("/events")
async def event_types() -> HTMLResponse:
    return page("Events", _overview(), back=("/", "Right to Provide"))


@event_pages.get("/events/{name}")
async def event_type(name: str) -> HTMLResponse:
    if (kind := contracts.catalogue().get(name)) is None:
        raise NotFound("there is no such event type")
    return page(f"{_name(kind)}, {_version(kind)}", _of(kind), back=("/events", "Events"))


def _name(kind: type[EventData]) -> str:
    return key_of(kind).split(".")[1]


def _version(kind: type[EventData]) -> str:
    return kind.TYPE.rpartition(".")[2]


def _overview() -> str:
    kinds = [kind for _, kind in sorted(contracts.catalogue().items())]
    ways = (
        f"{link('/asyncapi', 'How they travel')}, and {link('/asyncapi.json', 'the AsyncAPI document')} for machines."
    )
    parts = [f"<p>{len(kinds)} types of event. {ways}</p>"]
    for publisher in sorted({publisher_of(kind) for kind in kinds}):
        rows = (_row(kind) for kind in kinds if publisher_of(kind) == publisher)
        parts.append(f"<h2>{escape(publisher)}</h2>{table(['Event', 'Version', 'What happened'], rows)}")
    return "".join(parts)


def _row(kind: type[EventData]) -> list[str]:
    old = " <strong>Deprecated.</strong>" if kind.DEPRECATED else ""
    return [link(f"/events/{kind.TYPE}", _name(kind)), _version(kind), _summary(kind) + old]


def _of(kind: type[EventData]) -> str:
    schema = envelopes.envelope_schema(kind, public_url="")
    attributes = {name: part for name, part in schema["properties"].items() if name != "data"}
    sample = json.dumps(envelopes.example(kind), indent=2, ensure_ascii=False)
    return "".join(
        [
            f'<p class="warning">Deprecated: {escape(kind.DEPRECATED)}</p>' if kind.DEPRECATED else "",
            f"<p>{_summary(kind)}</p>{listing(_facts(kind))}",
            f"<h2>Data</h2>{_fields(schema['properties']['data'])}",
            f"<h2>Attributes</h2>{_fields({**schema, 'properties': attributes})}",
            f'<h2>Example</h2><pre tabindex="0" aria-label="Example">{escape(sample)}</pre>',
        ]
    )


def _facts(kind: type[EventData]) -> Iterator[tuple[str, str]]:
    yield "Type", code(kind.TYPE)
    yield "Version", _version(kind)
    if others := _siblings(kind):
        yield "Other versions", ", ".join(link(f"/events/{name}", name.rpartition(".")[2]) for name in others)
    yield "Since", f"{escape(kind.SINCE)} of the AsyncAPI document"
    yield "Published by", escape(publisher_of(kind))
    yield "Who gets it", escape(kind.READERS)
    yield "About", f"one of the {escape(kind.SUBJECT)}, within which order holds"
    yield "Schema of its data", link(f"/schemas/{kind.TYPE}.json", "JSON Schema")


def _siblings(kind: type[EventData]) -> list[str]:
    """The other versions of the type, oldest first."""
    versions = {
        int(match[2]): name
        for name in contracts.catalogue()
        if name != kind.TYPE and (match := _VERSION.fullmatch(name)) and match[1] == kind.TYPE.rpartition(".v")[0]
    }
    return [versions[number] for number in sorted(versions)]


def _fields(schema: Mapping[str, Any]) -> str:
    required = schema.get("required", [])
    rows = (
        [code(name), _type(part), "yes" if name in required else "no", _description(part)]
        for name, part in schema["properties"].items()
    )
    return table(["Name", "Type", "Required", "What it says"], rows)


def _description(part: Mapping[str, Any]) -> str:
    since = f" Since {part['x-since']}." if "x-since" in part else ""
    return prose(f"{part.get('description', '')}{since}")


def _type(part: Mapping[str, Any]) -> str:
    if "const" in part:
        return f"always {code(str(part['const']))}"
    if "enum" in part:
        return "one of " + ", ".join(code(str(each)) for each in part["enum"])
    if "anyOf" in part:
        return " or ".join(_type(each) for each in part["anyOf"] if each != {"type": "null"})
    if part.get("type") == "array":
        return f"list of {_type(part['items'])}"
    return escape(_WORDS.get(part.get("format", ""), str(part.get("type", "any"))))


def _summary(kind: type[EventData]) -> str:
    return prose(" ".join((kind.__doc__ or "").split()))
