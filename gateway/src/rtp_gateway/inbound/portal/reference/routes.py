"""Reference pages over HTTP: complete without a script, of the document as it stands, kept by browsers with an ETag."""

from functools import cache
from html import escape
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from rtp_gateway.inbound.portal.documents import build_openapi
from rtp_gateway.inbound.portal.pages import POLICY, answer_kept, render_page
from rtp_gateway.inbound.portal.reference.document import Reference
from rtp_gateway.inbound.portal.reference.pages import render_index, render_operation, render_schema_page
from rtp_shared.problems import NotFound

reference_pages = APIRouter(prefix="/docs", include_in_schema=False)

_SWAGGER = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_OWN = {"filter.js": "text/javascript", "start.js": "text/javascript"}


@reference_pages.get("")
async def list_operations(request: Request, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    reference = await _build_reference(request)
    page = render_page("API reference", render_index(reference, q), back=("/", "Right to Provide"))
    return answer_kept(request, page)


@reference_pages.get("/operations/{name}")
async def show_operation(request: Request, name: str) -> Response:
    reference = await _build_reference(request)
    if (operation := reference.operations.get(name)) is None:
        raise NotFound("there is no such operation")
    page = render_page(
        escape(operation.summary), render_operation(reference, operation), back=("/docs", "API reference")
    )
    return answer_kept(request, page)


@reference_pages.get("/schemas/{name}")
async def show_schema(request: Request, name: str) -> Response:
    reference = await _build_reference(request)
    if name not in reference.schemas:
        raise NotFound("there is no such schema")
    page = render_page(escape(name), render_schema_page(reference, name), back=("/docs", "API reference"))
    return answer_kept(request, page)


@reference_pages.get("/try")
async def try_it() -> HTMLResponse:
    return HTMLResponse(_load("try.html"), headers={"Content-Security-Policy": POLICY})


@reference_pages.get("/{name}")
async def get_asset(request: Request, name: str) -> Response:
    if name in _OWN:
        return answer_kept(request, Response(_load(name), media_type=_OWN[name]))
    if name not in _SWAGGER:
        raise NotFound
    return answer_kept(request, Response(_load_swagger(name), media_type=_SWAGGER[name]))


async def _build_reference(request: Request) -> Reference:
    """Return the reference of the document as it is now: another document makes another reference."""
    state, document = request.app.state, await build_openapi(request.app)
    known: Reference | None = getattr(state, "reference", None)
    if known is None or known.document is not document:
        known = state.reference = Reference(document)
    return known


@cache
def _load(name: str) -> bytes:
    return (files(__package__) / "static" / name).read_bytes()


@cache
def _load_swagger(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()
