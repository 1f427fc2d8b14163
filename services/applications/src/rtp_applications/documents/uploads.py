"""Taking a request's body as it comes, so that no large content is held in memory."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Depends, Request
from pydantic import JsonValue

from rtp_applications.documents.media_types import UNSAID
from rtp_shared.middleware import BODY, RequestBody
from rtp_shared.problems import FieldError, Malformed

_BINARY: JsonValue = {"schema": {"type": "string", "format": "binary"}}


class IncomingBody:
    """The request's body as it comes. Nothing of it is read, nor the sender told to go on, before `chunks`."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def media_type(self) -> str:
        """The Content-Type header as it was sent."""
        return self._request.headers.get("content-type", "")

    @property
    def encoding(self) -> str:
        """The Content-Encoding header, in lower case; empty if there is none."""
        return self._request.headers.get("content-encoding", "").strip().lower()

    async def chunks(self, *, limit: int) -> AsyncIterator[bytes]:
        """Yield the body's bytes; refuse (413) one of more than `limit` as soon as that is announced or has come."""
        body: RequestBody = self._request.scope[BODY]
        body.allow(limit)
        async for chunk in self._request.stream():
            if chunk:
                yield chunk


async def _get_upload(request: Request) -> IncomingBody:
    if "content-range" in request.headers:
        # RFC 9110 section 14.5: a part must not be taken for the whole.
        raise Malformed(
            "send the whole content", errors=[FieldError("Content-Range", "parts are not taken here", "header")]
        )
    return IncomingBody(request)


Upload = Annotated[IncomingBody, Depends(_get_upload)]
"""The body of a route that streams."""


def describe_streamed_body(media_types: Sequence[str]) -> dict[str, JsonValue]:
    """Return what a route's `openapi_extra` says of a streamed body.

    Of media types it names the one that generated clients can send; the others stand in the description.
    """
    return {
        "requestBody": {
            "required": True,
            "description": f"Sent as {', '.join(media_types)}, or as {UNSAID}: then its bytes tell what it is",
            "content": {UNSAID: _BINARY},
        }
    }


def describe_streamed_answer(media_types: Sequence[str]) -> dict[str, JsonValue]:
    """Return the `content` of an answer that streams. The first is never sent: by it generated clients read bytes."""
    return dict.fromkeys((UNSAID, *media_types), _BINARY)
