"""The catalogue of events: a page that lists them, and one for each with all that its contract says."""

import json
import re
from collections.abc import Iterator
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from rtp_gateway.inbound.portal import envelopes
from rtp_gateway.inbound.portal.envelopes import key_of, publisher_of
from rtp_gateway.inbound.portal.fields import render_fields
from rtp_gateway.inbound.portal.pages import (
    render_block,
    render_code,
    render_link,
    render_list,
    render_page,
    render_prose,
    render_table,
)
from rtp_shared import contracts
from rtp_shared.contracts import EventData
from rtp_shared.problems import NotFound

event_pages = APIRouter(include_in_schema=False)

_VERSION = re.compile(r"(.+)\.v(\d+)")


@event_pages.get("/events")
async def event_types() -> HTMLResponse:
    return render_page("Events", _render_overview(), back=("/", "Right to Provide"))


@event_pages.get("/events/{name}")
async def event_render_type_of(name: str) -> HTMLResponse:
    if (kind := contracts.catalogue().get(name)) is None:
        raise NotFound("there is no such event type")
    return render_page(f"{_read_name(kind)}, {_read_version(kind)}", _render_type(kind), back=("/events", "Events"))


def _read_name(kind: type[EventData]) -> str:
    return key_of(kind).split(".")[1]


def _read_version(kind: type[EventData]) -> str:
    return kind.TYPE.rpartition(".")[2]


def _render_overview() -> str:
    kinds = [kind for _, kind in sorted(contracts.catalogue().items())]
    page, document = render_link("/asyncapi", "How they travel"), render_link("/asyncapi.json", "the AsyncAPI document")
    parts = [f"<p>{len(kinds)} types of event. {page}, and {document} for machines.</p>"]
    for publisher in sorted({publisher_of(kind) for kind in kinds}):
        rows = (_render_row(kind) for kind in kinds if publisher_of(kind) == publisher)
        parts.append(f"<h2>{escape(publisher)}</h2>{render_table(['Event', 'Version', 'What happened'], rows)}")
    return "".join(parts)


def _render_row(kind: type[EventData]) -> list[str]:
    old = " <strong>Deprecated.</strong>" if kind.DEPRECATED else ""
    return [render_link(f"/events/{kind.TYPE}", _read_name(kind)), _read_version(kind), _render_summary(kind) + old]


def _render_type(kind: type[EventData]) -> str:
    schema = envelopes.build_envelope_schema(kind, public_url="")
    attributes = {name: part for name, part in schema["properties"].items() if name != "data"}
    sample = json.dumps(envelopes.load_example(kind), indent=2, ensure_ascii=False)
    return "".join(
        [
            f'<p class="warning">Deprecated: {escape(kind.DEPRECATED)}</p>' if kind.DEPRECATED else "",
            f"<p>{_render_summary(kind)}</p>{render_list(_list_facts(kind))}",
            f"<h2>Data</h2>{render_fields(schema['properties']['data'])}",
            f"<h2>Attributes</h2>{render_fields({**schema, 'properties': attributes})}",
            f"<h2>Example</h2>{render_block('Example', sample)}",
        ]
    )


def _list_facts(kind: type[EventData]) -> Iterator[tuple[str, str]]:
    yield "Type", render_code(kind.TYPE)
    yield "Version", _read_version(kind)
    if others := _list_siblings(kind):
        yield "Other versions", ", ".join(render_link(f"/events/{name}", name.rpartition(".")[2]) for name in others)
    yield "Since", f"{escape(kind.SINCE)} of the AsyncAPI document"
    yield "Published by", escape(publisher_of(kind))
    yield "Who gets it", escape(kind.READERS)
    yield "About", f"one of the {escape(kind.SUBJECT)}, within which order holds"
    yield "Schema of its data", render_link(f"/schemas/{kind.TYPE}.json", "JSON Schema")


def _list_siblings(kind: type[EventData]) -> list[str]:
    """Return the other versions of the type, oldest first."""
    versions = {
        int(match[2]): name
        for name in contracts.catalogue()
        if name != kind.TYPE and (match := _VERSION.fullmatch(name)) and match[1] == kind.TYPE.rpartition(".v")[0]
    }
    return [versions[number] for number in sorted(versions)]


def _render_summary(kind: type[EventData]) -> str:
    return render_prose(" ".join((kind.__doc__ or "").split()))
