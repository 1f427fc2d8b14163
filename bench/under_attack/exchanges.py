"""One exchange of an attacker over a connection of its own: what it sends, how slowly, and what becomes of it."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass

READ_BYTES = 1_000
"""Read a second of an answer that is read slowly."""
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class Call:
    """The bytes of an exchange."""

    head: bytes
    """Sent at once."""
    drip: bytes = b""
    """Sent after that, once a second, for as long as it is taken."""
    stays: bool = False
    """The connection is kept after the answer has begun, which is read slowly."""


class Exchange:
    """A call under way."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._status = ""
        self.outcome = OPEN
        """The answer's status, `closed` where there was none, `open` where that is not known yet; or two of these."""

    async def run(self, port: int, address: str) -> None:
        """Make the call from this address of loopback; return once it is over."""
        try:
            reader, writer = await _connect(port, address)
        except OSError:
            self.outcome = CLOSED
            return
        sending = asyncio.create_task(self._send(writer))
        try:
            await self._read(reader)
        finally:
            sending.cancel()
            writer.transport.abort()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            writer.write(self._call.head)
            await writer.drain()
            while self._call.drip:
                await asyncio.sleep(1)
                writer.write(self._call.drip)
                await writer.drain()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            line = await reader.readline()
            if not line:
                self.outcome = CLOSED
                return
            status = line.split()[1].decode()
            self.outcome = f"{status}, {OPEN}" if self._call.stays else status
            if self._call.stays:
                await _read_slowly(reader)
                self.outcome = f"{status}, {CLOSED}"
        except ConnectionError:
            self.outcome = f"{self.outcome.removesuffix(OPEN)}{CLOSED}"


async def _read_slowly(reader: asyncio.StreamReader) -> None:
    while await reader.read(READ_BYTES):  # noqa: ASYNC110 - there is nothing to wait for: it is meant to be slow
        await asyncio.sleep(1)


async def _connect(port: int, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect with little room for what is not read, so that a slow reader soon makes the server wait."""
    connection = socket.socket()
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    try:
        connection.bind((address, 0))
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    except BaseException:
        connection.close()
        raise
    return await asyncio.open_connection(sock=connection, limit=4096)
