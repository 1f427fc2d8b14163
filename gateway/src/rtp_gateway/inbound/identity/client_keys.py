"""The keys that clients publish at an address of theirs, fetched by the one safe way out and kept for some minutes.

Nobody holds a database connection meanwhile. All who wait for an address share one request to it.
"""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rtp_gateway.clients.keys import UnusableKeys, read_client_keys
from rtp_gateway.inbound.identity.commands import TokenRefused
from rtp_shared.problems import Unavailable

log = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""Return what stands at an address. Raises KeysUnreachable."""

LONGEST_ANSWER = 65_536
FETCH_SECONDS = 5.0
FRESH_SECONDS = 300.0
"""Keys are taken for so long as they were read: a key that its owner withdraws holds no longer than that."""
PAUSE_SECONDS = 10.0
"""An address is asked no more often than this, whatever key ids callers make up."""
MOST_ADDRESSES = 500
MOST_FETCHES = 16


class KeysUnreachable(Exception):
    """Nothing usable stands at the address of a client's keys; the message says why."""


@dataclass(slots=True)
class _Published:
    tried_at: float
    read_at: float = float("-inf")
    keys: dict[str, Any] | None = None
    why: str = ""

    def has(self, kid: str) -> bool:
        return self.keys is not None and any(key["kid"] == kid for key in self.keys["keys"])


class ClientKeys:
    """Keys by the address where a client publishes them."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._published: OrderedDict[str, _Published] = OrderedDict()
        self._fetching: dict[str, asyncio.Task[_Published]] = {}

    async def get(self, url: str, kid: str) -> dict[str, Any]:
        """Return the JWKS at the address, read again if it is old or lacks the key. Raises TokenRefused."""
        now, known = time.monotonic(), self._published.get(url)
        fresh = known is not None and known.read_at > now - FRESH_SECONDS and known.has(kid)
        if known is None or (not fresh and known.tried_at < now - PAUSE_SECONDS):
            known = await self._share_fetch(url)
        if known.keys is None or known.read_at < now - FRESH_SECONDS - PAUSE_SECONDS:
            raise TokenRefused("invalid_client", f"the keys of this client cannot be read: {known.why}")
        return known.keys

    async def _share_fetch(self, url: str) -> _Published:
        if (task := self._fetching.get(url)) is None:
            if len(self._fetching) >= MOST_FETCHES:
                raise Unavailable("too many keys of clients are being fetched")
            task = self._fetching[url] = asyncio.create_task(self._read(url))
            task.add_done_callback(lambda _: self._fetching.pop(url, None))
        return await asyncio.shield(task)

    async def _read(self, url: str) -> _Published:
        former = self._published.get(url)
        now = time.monotonic()
        read = _Published(now, former.read_at, former.keys) if former else _Published(now)
        try:
            read.keys, read.read_at = read_client_keys(json.loads(await self._fetch(url))), now
        except (KeysUnreachable, UnusableKeys) as error:
            read.why = str(error)
        except (ValueError, RecursionError):
            read.why = "is no JSON"
        if read.why:
            log.info("the keys of a client cannot be read", extra={"reason": read.why})
        self._published[url] = read
        self._published.move_to_end(url)
        while len(self._published) > MOST_ADDRESSES:
            self._published.popitem(last=False)
        return read
