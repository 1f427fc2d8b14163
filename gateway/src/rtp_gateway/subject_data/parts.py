"""Asking a service for its part of what is kept of a person, with the caller's own token."""

import json
from collections.abc import Sequence

from pydantic import ValidationError
from starlette.types import Message, Scope

from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_shared import tracing
from rtp_shared.contracts.subject_data import PATH, ServiceQuestion, SubjectData
from rtp_shared.problems import Unavailable

Header = tuple[bytes, bytes]


async def fetch_part(
    upstreams: Upstreams, name: str, question: ServiceQuestion, *, headers: Sequence[Header]
) -> SubjectData:
    """Return what one service keeps; raise Unavailable where it does not say: half an answer is none."""
    status, body = await _exchange(upstreams, name, question.model_dump_json(by_alias=True).encode(), headers)
    if status != 200:
        raise Unavailable(f"{name} does not say what it keeps; ask again")
    try:
        return SubjectData.model_validate(json.loads(body), by_alias=True, by_name=True)
    except (ValueError, ValidationError) as error:
        raise Unavailable(f"{name} does not say what it keeps; ask again") from error


async def _exchange(upstreams: Upstreams, name: str, content: bytes, headers: Sequence[Header]) -> tuple[int, bytes]:
    status, body = 0, bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        body.extend(message.get("body", b""))

    await upstreams.forward(name, _build_scope(content, headers), receive, send)
    return status, bytes(body)


def _build_scope(content: bytes, headers: Sequence[Header]) -> Scope:
    own = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    trace = tracing.current.get()
    if trace is not None:
        own += [(b"correlation-id", trace.correlation_id.encode()), (b"traceparent", trace.traceparent.encode())]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "",
        "headers": [*headers, *own],
        "server": ("localhost", 80), "client": None, "state": {},
    }  # fmt: skip
