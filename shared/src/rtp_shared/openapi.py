"""What every service's OpenAPI 3.1 document has in common: the problem schema, security, and tidy operation ids."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from rtp_shared.auth import Access
from rtp_shared.problems import CONTENT_TYPE


class ProblemField(BaseModel):
    """One wrong field."""

    in_: str = Field(alias="in", description="Where it stands: body, query, path or header")
    field: str = Field(description="A JSON pointer in the body, otherwise the parameter's name")
    reason: str = Field(description="Why it is wrong, for a person")


class Problem(BaseModel):
    """Problem details (RFC 9457): every error of this API has this form."""

    type: str = Field(description="URI of the problem type; it resolves to a page that explains it")
    title: str = Field(description="The problem type in a few words, always the same")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="What is wrong this time")
    instance: str = Field(description="The path that was asked for")
    errors: list[ProblemField] | None = Field(default=None, description="The wrong fields, where fields are wrong")


_PROBLEM = {
    "description": "The request was refused; the problem says why",
    "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def describe(app: FastAPI) -> None:
    """Give the application its OpenAPI document, made when first asked for."""

    def document() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _document(app: FastAPI) -> dict[str, Any]:
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    for route in routes:
        route.operation_id = route.name.replace("_", "-")
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, openapi_version="3.1.0"
    )
    scopes = {
        (route.path, method.lower()): dependency.call.scope
        for route in routes
        for method in route.methods or ()
        for dependency in route.dependant.dependencies
        if isinstance(dependency.call, Access)
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            operation["responses"]["4XX"] = _PROBLEM
            if scope := scopes.get((path, method)):
                operation["security"] = [{"clientCredentials": [scope]}]
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    components["securitySchemes"] = {
        "clientCredentials": {
            "type": "oauth2",
            "description": "OAuth 2 client credentials (RFC 6749 section 4.4)",
            "flows": {
                "clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {scope: scope for scope in sorted(set(scopes.values()))}}
            },
        }
    }
    return document
