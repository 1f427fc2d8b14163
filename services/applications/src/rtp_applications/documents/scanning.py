"""Scans for malware by ClamAV's daemon, where there is one."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from enum import StrEnum
from typing import NamedTuple, Protocol

from rtp_applications.documents.settings import DocumentSettings

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0


class ScanState(StrEnum):
    AWAITING = "awaiting"
    CLEAN = "clean"
    INFECTED = "infected"
    """In quarantine: kept, and given to nobody."""
    NOT_SCANNED = "not-scanned"
    """Nothing scans here."""
    FAILED = "failed"
    """The scanner could not be asked or gave no verdict; worth trying again."""


class ScanResult(NamedTuple):
    """The result of a scan for malware."""

    state: ScanState
    signature: str | None = None
    """The scanner's name for the malware."""


class Scanner(Protocol):
    """A scanner for malware, such as ClamAV."""

    async def scan(self, content: AsyncIterator[bytes]) -> ScanResult: ...


class NoScanner:
    """For where there is none, and it is said so."""

    async def scan(self, content: AsyncIterator[bytes]) -> ScanResult:
        return ScanResult(ScanState.NOT_SCANNED)


class Clamd:
    """clamd's INSTREAM command (clamd(8)): a length of four bytes before each chunk, and zero at the end.

    `seconds` is how long clamd may take to read on, and then to answer. What is larger than its StreamMaxLength gets no
    verdict, which is FAILED here. Errors of `content` come through.
    """

    def __init__(self, address: str, *, seconds: float) -> None:
        self._address = address
        self._seconds = seconds

    async def scan(self, content: AsyncIterator[bytes]) -> ScanResult:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await self._connect()
        except (OSError, TimeoutError) as error:
            return _report_failure(f"no connection: {error}")
        answer = asyncio.ensure_future(reader.readuntil(b"\0"))
        try:
            await self._send(content, writer, answer)
            return await self._read_verdict(answer)
        finally:
            writer.close()
            answer.cancel()
            await asyncio.wait([answer])
            if not answer.cancelled():
                answer.exception()  # looked at, so that it is not reported as overlooked

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))

    async def _send(
        self, content: AsyncIterator[bytes], writer: asyncio.StreamWriter, answer: "asyncio.Future[bytes]"
    ) -> None:
        writer.write(b"zINSTREAM\0")
        async for chunk in content:
            if answer.done():  # it has heard enough
                return
            if chunk and not await self._drain(writer, len(chunk).to_bytes(4, "big") + chunk):
                return
        await self._drain(writer, bytes(4))

    async def _drain(self, writer: asyncio.StreamWriter, frame: bytes) -> bool:
        """Send on while clamd reads; return whether it does. What it does not say now it has said before, and if not,
        its answer is missing.
        """
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._seconds):
                writer.write(frame)
                await writer.drain()
                return True
        return False

    async def _read_verdict(self, answer: "asyncio.Future[bytes]") -> ScanResult:
        try:
            async with asyncio.timeout(self._seconds):
                said = (await answer).rstrip(b"\0").decode("utf-8", "replace")
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            return _report_failure(f"no answer: {type(error).__name__}")
        if said == "stream: OK":
            return ScanResult(ScanState.CLEAN)
        if found := re.fullmatch(r"stream: (.+) FOUND", said):
            return ScanResult(ScanState.INFECTED, found[1])
        return _report_failure(said)


def _report_failure(reason: str) -> ScanResult:
    log.warning("a document could not be scanned", extra={"reason": reason})
    return ScanResult(ScanState.FAILED)


def open_scanner(settings: DocumentSettings) -> Scanner:
    return NoScanner() if settings.clamd is None else Clamd(settings.clamd, seconds=settings.clamd_seconds)
