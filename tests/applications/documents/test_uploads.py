"""200 MB are taken or refused in little memory: measured on a process of its own."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from rtp_applications.documents.disk import INCOMING
from rtp_embedded.platform import Platform
from tests.conftest import Api
from tests.support.actors import ActorClient
from tests.support.cases import open_case
from tests.support.documents import added, files, path_of
from tests.support.serving import serving

pytestmark = pytest.mark.anyio
MB = 1_000_000
SIZE = 200 * MB
ALLOWED = 40 * MB
CONTENT = "/v1/cases/1/documents/2/content"


class Process(NamedTuple):
    pid: int
    urls: list[str]
    directory: Path

    def peak(self) -> int:
        """Most bytes of memory held since `forget`."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def forget(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def kept(self) -> int:
        return sum(path.is_file() for path in self.directory.rglob("*"))


def start(directory: Path, limit: int) -> Iterator[Process]:
    command = [sys.executable, "-m", "tests.applications.documents.large", str(directory), str(limit)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield Process(child.pid, child.stdout.readline().split(), directory)
        child.terminate()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Process]:
    yield from start(tmp_path / "documents", 100 * MB)


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Process]:
    yield from start(tmp_path / "documents", 2 * SIZE)


async def pdf(size: int) -> AsyncIterator[bytes]:
    end = b"\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
    yield b"%PDF-1.7\n" + bytes(MB - 9 - len(end))
    for _ in range(size // MB - 1):
        yield bytes(MB)
    yield end


async def send(url: str, *, announced: bool) -> httpx.Response:
    headers = {"Content-Type": "application/pdf"} | ({"Content-Length": str(SIZE)} if announced else {})
    async with httpx.AsyncClient(timeout=60) as client:
        return await client.put(url + CONTENT, content=pdf(SIZE), headers=headers)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
async def test_200_mb_are_refused_by_the_route_itself(group: Api, platform: Platform, announced: bool) -> None:
    """Here in this process, with the sender in it."""
    document = await added(ActorClient(group, group.person), await open_case(group))
    headers = {"Authorization": group.headers["Authorization"], "If-Match": "*", "Content-Type": "application/pdf"}
    headers |= {"Content-Length": str(SIZE)} if announced else {}
    before, own = files(platform), Process(os.getpid(), [], Path())
    async with serving(platform.app) as address, httpx.AsyncClient(base_url=address, timeout=60) as client:
        own.forget()
        at_first = own.peak()
        answer = await client.put(f"{path_of(document)}/content", content=pdf(SIZE), headers=headers)
    assert answer.status_code == 413
    assert own.peak() - at_first < ALLOWED
    assert files(platform) == before


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
async def test_200_mb_are_refused_in_little_memory(small: Process, announced: bool) -> None:
    assert len(small.urls) == 2
    small.forget()
    before = small.peak()
    for url in small.urls:  # through the gateway, and the service itself
        assert (await send(url, announced=announced)).status_code == 413
    assert small.peak() - before < ALLOWED
    assert small.kept() == 0


async def test_200_mb_are_taken_in_little_memory(large: Process) -> None:
    large.forget()
    before = large.peak()
    for url in large.urls:
        answer = await send(url, announced=False)
        assert answer.json() == {"size": SIZE}
    assert large.peak() - before < ALLOWED
    assert large.kept() == 2
    assert list((large.directory / INCOMING).iterdir()) == []
