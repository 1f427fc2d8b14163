"""The parts common to every service's OpenAPI 3.1 document: the problem schema, security and operation ids."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from rtp_shared.auth import Access
from rtp_shared.contracts.problems import Problem
from rtp_shared.problems import CONTENT_TYPE

_PROBLEM = {
    "description": "The request was refused; the problem says why",
    "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 257, "pattern": r'^("([ !#-\[\]-~]|\\["\\])+"|[!#-\[\]-~]+)$'},
    "description": "A string of your choice, quoted or, unlike an ETag, bare; new for each write. Sent again with the "
    "same request, the stored answer is given; with another request, 422. Kept for 24 hours.",
}

IF_MATCH = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'
OPTIONAL_IF_MATCH = "Left out: whatever it is at."
"""How the description of an If-Match begins that need not be sent."""

Document = dict[str, Any]
Scopes = dict[tuple[str, str], str]


def make_operation_id(route: APIRoute) -> str:
    return route.name.replace("_", "-")


def describe(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Give the application its OpenAPI document, built when first asked for."""

    def build() -> Document:
        if not app.openapi_schema:
            app.openapi_schema = _build_document(app, _find_scopes(routers), _find_keyless(routers))
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _find_scopes(routers: Sequence[APIRouter]) -> Scopes:
    return {
        (route.path_format, method.lower()): dependency.call.scope
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        for dependency in route.dependant.dependencies
        if isinstance(dependency.call, Access)
    }


def _find_keyless(routers: Sequence[APIRouter]) -> set[str]:
    """Return the ids of the operations that take no Idempotency-Key."""
    routes = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    return {make_operation_id(route) for route in routes if not getattr(route, "accepts_idempotency_keys", True)}


def _build_document(app: FastAPI, scopes: Scopes, keyless: set[str]) -> Document:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, openapi_version="3.1.0"
    )
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            takes_key = method in ("post", "put", "patch", "delete") and operation["operationId"] not in keyless
            _complete(operation, scopes.get((path, method)), takes_key=takes_key)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    components["securitySchemes"] = {"clientCredentials": _describe_security(scopes)}
    return document


def _complete(operation: Document, scope: str | None, *, takes_key: bool) -> None:
    operation["summary"] = operation["operationId"].replace("-", " ").capitalize()
    operation["responses"].pop("422", None)
    operation["responses"].setdefault("4XX", _PROBLEM)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            _require_value(parameter["schema"])
    if scope is None:
        return
    operation["security"] = [{"clientCredentials": [scope]}]
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "If-Match":
            # Its lack is answered 428, so FastAPI takes it for optional; and it takes each line for itself.
            required = not parameter["description"].startswith(OPTIONAL_IF_MATCH)
            parameter |= {"required": required, "schema": {"type": "string", "pattern": IF_MATCH}}
    if takes_key:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)


def _require_value(schema: Document) -> None:
    """Say of a query parameter that it is not empty (`parameters.py`)."""
    for each in (schema, *schema.get("anyOf", ())):
        if each.get("type") == "string" and not {"enum", "format", "pattern", "minLength"} & each.keys():
            each["minLength"] = 1


def _describe_security(scopes: Scopes) -> Document:
    named = {scope: scope for scope in sorted(set(scopes.values()))}
    return {
        "type": "oauth2",
        "description": "OAuth 2 client credentials (RFC 6749 section 4.4)",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": named}},
    }
