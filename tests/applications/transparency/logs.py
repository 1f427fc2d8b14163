"""A log as tests see it: made to grow at once, and read as strangers read it."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
from pydantic import SecretStr

from rtp_applications.app import service as applications
from rtp_applications.history.keys import BundleKey
from rtp_applications.transparency import commands, queries
from rtp_applications.transparency.rules.notes import NoteKey, SignatureKind, SignedCheckpoint
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.service import Runtime
from tests.conftest import Api

BATCH = 8
SCRIPT = Path(__file__).parents[3] / "services" / "applications" / "verify_receipt.py"


def get_worker(platform: Platform) -> Runtime:
    return platform.background[applications.name]


async def publish(platform: Platform) -> SignedCheckpoint:
    """Let the log grow over all that waits, sign it, and return the checkpoint."""
    worker = get_worker(platform)
    settings: Any = worker.settings
    async with worker.database.transaction() as session:
        assert await commands.grow_tree(session, now=utcnow(), seconds=0, batch=BATCH)
    async with worker.database.transaction() as session:
        assert await commands.sign_newest(session, settings.get_log_key(settings.public_url), now=utcnow())
    async with worker.database.transaction() as session:
        newest = await queries.get_newest(session)
        return SignedCheckpoint.parse(newest.note or "")


async def take_receipt(api: Api, case: dict[str, Any], entry_hash: str) -> httpx.Response:
    return await api.get(f"/v1/cases/{case['id']}/receipts/{entry_hash}")


def with_settings(runtime: Runtime, **values: Any) -> Runtime:
    return replace(runtime, settings=runtime.settings.model_copy(update=values))


def new_pem() -> SecretStr:
    return SecretStr(BundleKey.generate().to_pem())


@cache
def load_verifier() -> ModuleType:
    """Load the file that strangers check receipts with."""
    spec = importlib.util.spec_from_file_location("verify_receipt", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def new_log_key(name: str) -> NoteKey:
    return NoteKey.from_pem(name, SignatureKind.LOG, new_pem().get_secret_value())


def new_witness_key(name: str) -> NoteKey:
    return NoteKey.from_pem(name, SignatureKind.WITNESS, new_pem().get_secret_value())


Grow = Callable[[int], SignedCheckpoint]


@dataclass
class Mirror:
    """A copy of a log's tiles in a directory, as anybody may keep one."""

    directory: Path
    api: Api

    async def copy(self, size: int) -> str:
        """Copy every tile of a tree of this size; return the directory."""
        level, count = 0, size
        while count:
            for number in range(-(-count // 256)):
                width = min(256, count - number * 256)
                name = f"{level}/{load_verifier().name_tile(number)}" + (f".p/{width}" if width < 256 else "")
                answer = await self.api.get(f"/v1/log/tile/{name}")
                assert answer.status_code == 200, answer.text
                assert len(answer.content) == width * 32
                file = self.directory / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(answer.content)
            level, count = level + 1, count // 256
        return str(self.directory)
