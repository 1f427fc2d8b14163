"""Watching a response on its way out."""

import pytest
from starlette.types import Message

from rtp_shared.responses import ResponseRecorder

pytestmark = pytest.mark.anyio


async def sent_by(recorder: ResponseRecorder, sent: list[Message]) -> tuple[dict[bytes, bytes], bytes]:
    assert recorder.status == 0
    headers = [(b"cache-control", b"no-store"), (b"content-length", b"1")]
    await recorder.send({"type": "http.response.start", "status": 201, "headers": headers})
    await recorder.send({"type": "http.response.body", "body": b"x"})
    assert (recorder.status, recorder.headers) == (201, dict(headers))
    return dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize("bodiless", [False, True])
async def test_a_response_gets_the_headers_that_it_lacks_and_keeps_those_that_it_has(*, bodiless: bool) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    defaults = {b"cache-control": b"private", b"correlation-id": b"c"}
    headers, body = await sent_by(ResponseRecorder(send, defaults=defaults, bodiless=bodiless), sent)
    assert headers == {b"cache-control": b"no-store", b"content-length": b"1", b"correlation-id": b"c"}
    assert body == (b"" if bodiless else b"x")


@pytest.mark.parametrize("status", [204, 304])
async def test_a_response_without_content_says_nothing_of_its_content(status: int) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"0"), (b"etag", b'"1"')]
    await ResponseRecorder(send).send({"type": "http.response.start", "status": status, "headers": headers})
    assert sent[0]["headers"] == [(b"etag", b'"1"')]
