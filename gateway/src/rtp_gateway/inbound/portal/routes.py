"""Routes for developers: documents, schemas, problem pages. All of it is public, none of it from a database."""

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from rtp_gateway.inbound.portal import asyncapi, asyncapi_page, downloads
from rtp_gateway.inbound.portal.catalogue import event_pages
from rtp_gateway.inbound.portal.discovery import discovery
from rtp_gateway.inbound.portal.documents import build_openapi, get_public_url, offers_queues
from rtp_gateway.inbound.portal.envelopes import build_data_schema
from rtp_gateway.inbound.portal.guides.routes import guide_pages
from rtp_gateway.inbound.portal.pages import answer_kept, render_code, render_page, render_prose, render_table
from rtp_gateway.inbound.portal.problems import load_problem_types, render_problem_type, render_problem_types
from rtp_gateway.inbound.portal.reference.routes import reference_pages
from rtp_gateway.inbound.portal.status import status_pages
from rtp_gateway.ways import list_ways
from rtp_shared.contracts import catalogue
from rtp_shared.problems import NotFound

portal = APIRouter(include_in_schema=False)
portal.include_router(event_pages)
portal.include_router(reference_pages)
portal.include_router(discovery)
portal.include_router(guide_pages)
portal.include_router(status_pages)

_KEPT = {"Cache-Control": "public, max-age=86400"}


@portal.get("/")
async def front(request: Request) -> HTMLResponse:
    links = [
        ("/guides", "Guides, with code for curl, Python and TypeScript"),
        ("/docs", "API reference, and how to try it"),
        ("/openapi.json", "OpenAPI 3.1 document"),
        ("/events", "Catalogue of events"),
        ("/asyncapi", "How events travel: webhook, queue, feed, FHIR"),
        ("/asyncapi.json", "AsyncAPI 3.0 document"),
        ("/verifier.pyz", "Verifier of received events, one file for Python 3.11"),
        ("/problems", "Problem types"),
        ("/published", "Published decisions, and how cases stand"),
        ("/status", "Status: whether every part works"),
    ]
    items = "".join(f'<li><a href="{path}">{text}</a></li>' for path, text in links)
    rows = (
        [escape(way.name), "yes" if way.offered else "no", render_code(way.address), render_prose(way.description)]
        for way in list_ways(queues=offers_queues(request.app))
    )
    ways = render_table(["Way", "Offered here", "Address", "What it is"], rows)
    return render_page("Right to Provide", f"<ul>{items}</ul><h2>Ways to receive events</h2>{ways}")


@portal.get("/verifier.pyz")
async def verifier() -> Response:
    headers = _KEPT | {"Content-Disposition": 'attachment; filename="verifier.pyz"'}
    return Response(downloads.verifier(), media_type=downloads.MEDIA_TYPE, headers=headers)


@portal.get("/openapi.json")
async def openapi(request: Request) -> Response:
    document = await build_openapi(request.app)
    # First the address that it was read from, under whatever name: /docs may call no other, and callers may use it too.
    return answer_kept(request, JSONResponse({**document, "servers": [{"url": "/"}, *document["servers"]]}))


@portal.get("/asyncapi.json")
async def asyncapi_document(request: Request) -> Response:
    document = asyncapi.dump_document(get_public_url(request.app), queues=offers_queues(request.app))
    return answer_kept(request, Response(document, media_type="application/json"))


@portal.get("/asyncapi")
async def asyncapi_for_people(request: Request) -> HTMLResponse:
    body = asyncapi_page.render_body(get_public_url(request.app), queues=offers_queues(request.app))
    return render_page("How events travel", body, back=("/", "Right to Provide"))


@portal.get("/schemas/{name}.json")
async def schema(name: str) -> JSONResponse:
    if (kind := catalogue().get(name)) is None:
        raise NotFound("there is no such event type")
    return JSONResponse(build_data_schema(kind))


@portal.get("/problems")
async def problem_types() -> HTMLResponse:
    return render_page("Problem types", render_problem_types(), back=("/", "Right to Provide"))


@portal.get("/problems/{slug}")
async def problem_type(request: Request, slug: str) -> HTMLResponse:
    if (known := load_problem_types().get(slug)) is None:
        raise NotFound("there is no such problem type")
    body = render_problem_type(slug, get_public_url(request.app))
    return render_page(escape(known["title"]), body, back=("/problems", "Problem types"))
