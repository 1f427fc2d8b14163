"""Routes for developers: documents, schemas, problem pages. All of it is public, none of it from a database."""

import json
import re
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from rtp_gateway.inbound.portal import asyncapi, asyncapi_page, downloads
from rtp_gateway.inbound.portal.catalogue import event_pages
from rtp_gateway.inbound.portal.envelopes import build_data_schema
from rtp_gateway.inbound.portal.openapi import merge_documents
from rtp_gateway.inbound.portal.pages import POLICY, render_code, render_page, render_prose, render_table
from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_gateway.routing import NAMES
from rtp_gateway.settings import GatewaySettings
from rtp_gateway.types import JsonObject
from rtp_gateway.ways import list_ways
from rtp_shared.contracts import catalogue
from rtp_shared.problems import NotFound, list_refusals

portal = APIRouter(include_in_schema=False)
portal.include_router(event_pages)

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_KEPT = {"Cache-Control": "public, max-age=86400"}

_DOCS = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Right to Provide: API documentation</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"><p>The documentation needs JavaScript. The same is in <a href="/openapi.json">openapi.json</a>.</p></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#docs", deepLinking: true, tryItOutEnabled: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout"
});
"""


@portal.get("/")
async def front(request: Request) -> HTMLResponse:
    links = [
        ("/docs", "API documentation, to read and to try"),
        ("/openapi.json", "OpenAPI 3.1 document"),
        ("/events", "Catalogue of events"),
        ("/asyncapi", "How events travel: webhook, queue, feed, FHIR"),
        ("/asyncapi.json", "AsyncAPI 3.0 document"),
        ("/verifier.pyz", "Verifier of received events, one file for Python 3.11"),
        ("/problems", "Problem types"),
        ("/published", "Published decisions, and how cases stand"),
        ("/health", "Health"),
    ]
    items = "".join(f'<li><a href="{path}">{text}</a></li>' for path, text in links)
    rows = (
        [escape(way.name), "yes" if way.offered else "no", render_code(way.address), render_prose(way.description)]
        for way in list_ways(queues=_offers_queues(request.app))
    )
    ways = render_table(["Way", "Offered here", "Address", "What it is"], rows)
    return render_page("Right to Provide", f"<ul>{items}</ul><h2>Ways to receive events</h2>{ways}")


@portal.get("/docs")
async def docs() -> HTMLResponse:
    return HTMLResponse(_DOCS, headers={"Content-Security-Policy": POLICY})


@portal.get("/docs/{name}")
async def asset(name: str) -> Response:
    if name == "start.js":
        return Response(_START, media_type="text/javascript")
    if name not in ASSETS:
        raise NotFound
    return Response(_load_static(name), media_type=ASSETS[name], headers=_KEPT)


@cache
def _load_static(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()


@portal.get("/verifier.pyz")
async def verifier() -> Response:
    headers = _KEPT | {"Content-Disposition": 'attachment; filename="verifier.pyz"'}
    return Response(downloads.verifier(), media_type=downloads.MEDIA_TYPE, headers=headers)


@portal.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    document = await build_openapi(request.app)
    # First the address that it was read from, under whatever name: /docs may call no other, and callers may use it too.
    return JSONResponse({**document, "servers": [{"url": "/"}, *document["servers"]]})


@portal.get("/asyncapi.json")
async def asyncapi_document(request: Request) -> Response:
    document = asyncapi.dump_document(_public_url(request.app), queues=_offers_queues(request.app))
    return Response(document, media_type="application/json")


@portal.get("/asyncapi")
async def asyncapi_for_people(request: Request) -> HTMLResponse:
    body = asyncapi_page.render_body(_public_url(request.app), queues=_offers_queues(request.app))
    return render_page("How events travel", body, back=("/", "Right to Provide"))


@portal.get("/schemas/{name}.json")
async def schema(name: str) -> JSONResponse:
    if (kind := catalogue().get(name)) is None:
        raise NotFound("there is no such event type")
    return JSONResponse(build_data_schema(kind))


@portal.get("/problems")
async def problem_types() -> HTMLResponse:
    rows = "".join(
        f'<li>{kind.status} <a href="/problems/{kind.slug()}">{escape(kind.title)}</a></li>' for kind in list_refusals()
    )
    return render_page("Problem types", f"<p>Errors are problem details (RFC 9457).</p><ul>{rows}</ul>")


@portal.get("/problems/{slug}")
async def problem_type(slug: str) -> HTMLResponse:
    # A type of a service that runs elsewhere is not known here by title, but its page resolves all the same.
    known = {kind.slug(): kind for kind in list_refusals()}
    kind = known.get(slug)
    if kind is None:
        if not re.fullmatch(r"[a-z-]{3,60}", slug):
            raise NotFound("there is no such problem type")
        return render_page(
            escape(slug),
            "<p>This process does not know the type. If an answer of a service named it, its title says what kind of "
            "refusal it is, and its <code>detail</code> and <code>errors</code> what is wrong.</p>",
        )
    return render_page(
        escape(kind.title),
        f"<p>Status {kind.status}. The answer's <code>detail</code> and <code>errors</code> say what is wrong.</p>",
    )


async def build_openapi(app: FastAPI) -> JsonObject:
    """Return the merged document, made when it is first asked for and kept once every service has answered."""
    if (known := getattr(app.state, "merged_openapi", None)) is None:
        upstreams: Upstreams = app.state.upstreams
        documents = {name: await upstreams.fetch_json(name, "/openapi.json") for name in NAMES}
        documents["gateway"] = json.loads(json.dumps(app.openapi()))
        known = app.state.merged_openapi = merge_documents(documents, public_url=_public_url(app))
    merged: JsonObject = known
    return merged


def _offers_queues(app: FastAPI) -> bool:
    settings = app.state.runtime.settings
    assert isinstance(settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    return settings.offers_queues


def _public_url(app: FastAPI) -> str:
    url: str = app.state.runtime.settings.public_url
    return url
