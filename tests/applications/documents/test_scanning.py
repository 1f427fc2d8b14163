"""Asking clamd, over a socket, by its documented protocol."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest

from rtp_applications.documents.scanning import Clamd, NoScanner, ScanResult, ScanState, open_scanner
from rtp_applications.documents.settings import DocumentSettings

pytestmark = pytest.mark.anyio
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT = 1_000_000
Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def clamd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """clamd's INSTREAM, as its manual has it: every chunk after its length, up to StreamMaxLength in all."""
    assert await reader.readexactly(10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack(">L", await reader.readexactly(4))[0]:
        content += await reader.readexactly(length)
        if len(content) > LIMIT:
            writer.write(b"INSTREAM size limit exceeded. ERROR\0")
            while await reader.read(65_536):
                pass  # or the system would throw the answer away
            return
    writer.write(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


@contextlib.asynccontextmanager
async def listening(answering: Answering, path: Path | None = None) -> AsyncIterator[str]:
    ended: list[asyncio.Task[None]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended.append(cast("asyncio.Task[None]", asyncio.current_task()))
        with contextlib.suppress(ConnectionError, EOFError):  # the asker may have heard enough
            await answering(reader, writer)
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    if path is not None:
        async with await asyncio.start_unix_server(connected, path):
            yield str(path)
    else:
        async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await asyncio.gather(*ended)


async def content(document: bytes, by: int = 10_000) -> AsyncIterator[bytes]:
    for position in range(0, len(document), by):
        yield document[position : position + by]


async def scanned(answering: Answering, document: bytes, *, seconds: float = 5) -> ScanResult:
    async with listening(answering) as address:
        return await Clamd(address, seconds=seconds).scan(content(document))


@pytest.mark.parametrize("by", [1, 10, 10_000])
async def test_malware_is_found_however_it_is_cut(by: int) -> None:
    async with listening(clamd) as address:
        found = await Clamd(address, seconds=5).scan(content(b"before " + EICAR + b" after", by))
    assert found == (ScanState.INFECTED, "Eicar-Signature")


@pytest.mark.parametrize("size", [0, 1, LIMIT])
async def test_what_holds_none_is_clean(size: int) -> None:
    assert await scanned(clamd, bytes(size)) == (ScanState.CLEAN, None)


async def test_a_socket_of_the_file_system_will_do(tmp_path: Path) -> None:
    async with listening(clamd, tmp_path / "clamd.ctl") as path:
        scanner = open_scanner(DocumentSettings(clamd=path))
        assert (await scanner.scan(content(EICAR))).state is ScanState.INFECTED


async def test_what_is_larger_than_clamd_takes_is_not_clean(caplog: pytest.LogCaptureFixture) -> None:
    for size in (LIMIT + 1, 30 * LIMIT):
        assert await scanned(clamd, bytes(size)) == (ScanState.FAILED, None)
    assert {r.__dict__["reason"] for r in caplog.records} == {"INSTREAM size limit exceeded. ERROR"}


async def says(answer: bytes, document: bytes = b"document") -> ScanResult:
    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(10 + 4 + len(document) + 4)
        writer.write(answer)

    return await scanned(answering, document)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",
        b"stream: NOT OK\0",
        b"UNKNOWN COMMAND\0",
        b"stream: Can't allocate memory ERROR\0",
        b"x" * 70_000,
        b"\xff\0",
    ],
)
async def test_only_a_clear_answer_is_a_verdict(answer: bytes) -> None:
    assert await says(answer) == (ScanState.FAILED, None)


async def test_a_clamd_that_goes_away_is_no_verdict() -> None:
    async def away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(10)
        writer.transport.abort()

    assert (await scanned(away, bytes(30 * LIMIT))).state is ScanState.FAILED


@pytest.mark.parametrize("size", [10, 30 * LIMIT])
async def test_a_clamd_that_hangs_is_no_verdict(size: int) -> None:
    free = asyncio.Event()

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await free.wait()

    async with listening(hangs) as address:
        found = await Clamd(address, seconds=0.1).scan(content(bytes(size)))
        free.set()
    assert found.state is ScanState.FAILED


async def test_a_clamd_that_is_not_there_is_no_verdict() -> None:
    async with listening(clamd) as address:
        pass
    for nowhere in (address, "/nowhere/clamd.ctl"):
        assert (await Clamd(nowhere, seconds=1).scan(content(b"document"))).state is ScanState.FAILED


async def test_a_content_that_cannot_be_read_is_the_caller_s_to_know() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise LookupError

    async with listening(clamd) as address:
        with pytest.raises(LookupError):
            await Clamd(address, seconds=1).scan(broken())


async def test_where_nothing_scans_it_is_said_so() -> None:
    scanner = open_scanner(DocumentSettings())
    assert isinstance(scanner, NoScanner)
    assert await scanner.scan(content(EICAR)) == (ScanState.NOT_SCANNED, None)
