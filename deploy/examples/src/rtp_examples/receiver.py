"""A subscriber's endpoint for webhooks, as a trust would run it."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

LONGEST_AGE_SECONDS = 300
JsonObject = dict[str, Any]
"""A JSON object, as the API sends or takes it."""


class Receiver:
    """An HTTP server that takes deliveries, checks each signature with its subscription's secret and answers 204."""

    def __init__(self) -> None:
        self.secret = ""
        self.events: Queue[JsonObject] = Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._build_handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"

    @contextmanager
    def run(self) -> Iterator["Receiver"]:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()

    def _build_handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if is_signed(self.headers, body, receiver.secret):
                    receiver.events.put(json.loads(body))
                    self.send_response(204)
                else:
                    self.send_response(400)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Write nothing: the demo prints what matters."""

        return Handler


def is_signed(headers: Message, body: bytes, secret: str) -> bool:
    """Check a signature of Standard Webhooks 1.0.0, as any library for them does."""
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > LONGEST_AGE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, b".".join((id_.encode(), timestamp.encode(), body)), "sha256")
    expected = f"v1,{base64.b64encode(signed).decode()}"
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)
