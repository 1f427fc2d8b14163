"""Answers held against the OpenAPI document: whatever a client of the tests is answered must be declared there."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx

Json = Mapping[str, Any]
DOCUMENT = Path(__file__).parents[2] / "openapi" / "right-to-provide.json"
HEADERS = ("ETag", "Location", "Retry-After", "Idempotency-Replayed", "WWW-Authenticate", "Correlation-Id")
"""Those that a client goes by; declared where they are sent."""
NOT_OF_THE_ROUTE = (405, 414, 431)
"""What is answered before it is known which operation is meant."""


@cache
def read_document() -> Json:
    document: Json = json.loads(DOCUMENT.read_text())
    return document


@cache
def _grow_tree() -> dict[str, Any]:
    """Return the paths of the document, a step a part of them: a parameter is the step `{}`."""
    tree: dict[str, Any] = {}
    for path, operations in read_document()["paths"].items():
        at = tree
        for part in path.strip("/").split("/"):
            at = at.setdefault("{}" if part.startswith("{") else part, {})
        at[""] = operations
    return tree


def find_operation(method: str, path: str) -> Json | None:
    """Return the operation that a request asks for, None where the document has none."""
    at = _grow_tree()
    if path.endswith("/"):
        return None  # a path of its own, which none of ours is
    for part in path.strip("/").split("/"):
        at = at.get(part) or at.get("{}") or {}
    operation: Json | None = at.get("", {}).get(method.lower())
    return operation


def resolve(part: Json) -> Json:
    """Follow a reference into the components, if it is one."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: Json = read_document()["components"][kind][name]
    return found


def find_undeclared(answer: httpx.Response) -> list[str]:
    """Return what an answer has that the document does not declare."""
    request = answer.request
    operation = find_operation(request.method, request.url.path)
    if operation is None or answer.status_code in NOT_OF_THE_ROUTE:
        return []
    if (declared := operation["responses"].get(str(answer.status_code))) is None:
        return [f"status {answer.status_code}"]
    declared = resolve(declared)
    found = [name for name in HEADERS if name in answer.headers and name not in declared.get("headers", {})]
    media_type = answer.headers.get("content-type", "").partition(";")[0] if answer.status_code != 204 else ""
    return found + ([media_type] if media_type and media_type not in declared.get("content", {}) else [])


async def require_declared(answer: httpx.Response) -> None:
    """For `event_hooks` of a client of tests: fail the test whose answer the document does not declare."""
    request = answer.request
    undeclared = find_undeclared(answer)
    assert not undeclared, (
        f"{request.method} {request.url.path} answered {answer.status_code} with what openapi/ does not declare: "
        f"{', '.join(undeclared)}. If it is meant, declare it in `responses` of the route, or in "
        "rtp_gateway/inbound/portal/answers.py where it follows from what operations take; then `make docs`"
    )
