"""An application that notes what reaches it, and what tests send over the wire."""

import asyncio
from dataclasses import dataclass, field

from starlette.types import Message, Receive, Scope, Send

VICTIM = b"GET /victim HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer of-the-victim\r\nConnection: close\r\n\r\n"
LARGE = 800_000
SECONDS = 20.0


@dataclass
class App:
    """Notes each request that reaches it; answers with how much of a body it read. `/early` answers before it reads."""

    seen: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(f"{scope['method']} {scope['path']}")
        self.headers.append({name.decode(): value.decode("latin-1") for name, value in scope["headers"]})
        if scope["path"] == "/early":
            await self._answer(send, b"early")
            return
        length = 0
        while (message := await receive())["type"] == "http.request":
            length += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        if scope["path"] == "/waits":
            await self.release.wait()
        await self._answer(send, b"x" * LARGE * 20 if scope["path"] == "/large" else str(length).encode())

    async def _answer(self, send: Send, body: bytes) -> None:
        start: Message = {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"%d" % len(body))],
        }
        await send(start)
        await send({"type": "http.response.body", "body": body})
        self.answered.set()


async def say(port: int, *parts: bytes) -> bytes:
    """Everything that is answered until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(SECONDS):
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()
    except ConnectionError:
        return b"cut"
    finally:
        writer.close()


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)
