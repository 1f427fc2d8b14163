"""Watching a response on its way out, for whatever stands around an ASGI application."""

from collections.abc import Mapping

from starlette.types import Message, Send


class ResponseRecorder:
    """Passes a response on and keeps its status and headers; adds headers that it lacks, or leaves out its content."""

    def __init__(self, send: Send, *, defaults: Mapping[bytes, bytes] | None = None, bodiless: bool = False) -> None:
        self._send = send
        self._defaults = defaults or {}
        self._bodiless = bodiless
        self.status = 0
        """0 until the response has begun."""
        self.headers: dict[bytes, bytes] = {}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            sent = list(message.get("headers", ()))
            if message["status"] in (204, 304):
                sent = [header for header in sent if header[0] not in (b"content-type", b"content-length")]
            self.status, self.headers = message["status"], dict(sent)
            added = [header for header in self._defaults.items() if header[0] not in self.headers]
            message = {**message, "headers": sent + added}
        elif self._bodiless and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)
