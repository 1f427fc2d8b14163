"""Bounds a caller's exchanges with the services at once, so that no caller takes all of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from rtp_gateway.limits.slots import SharedSlots
from rtp_shared.identities import Principal
from rtp_shared.problems import Refusal, Unavailable

TRANSFERS, TRANSFERS_OF_ORGANISATION, TRANSFERS_OF_CLIENT = 64, 24, 12
"""Documents and bundles on their way at once: in all, of one organisation and of one client."""
OF_CLIENT = 40
"""Other exchanges of one client at once, with one service; further ones wait for their turn."""
NOBODY = "nobody"


class TooManyTransfers(Refusal):
    status, title = 429, "This client or its organisation sends or receives too many documents at once"
    headers = {"Retry-After": "5"}  # noqa: RUF012 - as its parent has it


class ExchangeLimiter:
    """Counts the exchanges under way. Callers without a valid token count as one client: their requests are short."""

    def __init__(self, shared: SharedSlots | None = None) -> None:
        self._shared = shared
        self._transfers: Counter[str] = Counter()
        self._turns: dict[tuple[str, str], tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def transfer(self, principal: Principal | None) -> AsyncIterator[None]:
        """Hold a place for a document on its way; raise TooManyTransfers or Unavailable where there is none."""
        client = f"client:{principal.client_id}" if principal else NOBODY
        organisation = f"org:{principal.organisation}" if principal else NOBODY
        if self._count(client) >= TRANSFERS_OF_CLIENT or self._count(organisation) >= TRANSFERS_OF_ORGANISATION:
            raise TooManyTransfers(
                f"at most {TRANSFERS_OF_CLIENT} of a client, {TRANSFERS_OF_ORGANISATION} of all its organisation's"
            )
        if self._transfers["all"] >= TRANSFERS:
            raise Unavailable("too many documents are on their way")
        held = {client, organisation, "all"}
        self._transfers.update(held)
        try:
            with self._shared.hold({client, organisation} - {NOBODY}) if self._shared else nullcontext():
                yield
        finally:
            self._transfers.subtract(held)
            for name in held:
                if not self._transfers[name]:
                    del self._transfers[name]

    def _count(self, owner: str) -> int:
        """Return the owner's documents on their way, in all processes as far as this one knows."""
        here = self._transfers[owner]
        return max(here, self._shared.count(owner)) if self._shared else here

    @asynccontextmanager
    async def new_turn(self, principal: Principal | None, service: str) -> AsyncIterator["Turn"]:
        """Give a turn among the client's exchanges with the service, which ends with the block."""
        key = (principal.client_id if principal else NOBODY, service)
        semaphore, users = self._turns.get(key) or (asyncio.Semaphore(OF_CLIENT), 0)
        self._turns[key] = (semaphore, users + 1)
        turn = Turn(semaphore)
        try:
            yield turn
        finally:
            turn.end()
            semaphore, users = self._turns.pop(key)
            if users > 1:
                self._turns[key] = (semaphore, users - 1)


class Turn:
    """One of the exchanges that a client may have with a service at once."""

    def __init__(self, semaphore: asyncio.Semaphore) -> None:
        self._semaphore = semaphore
        self._taken = False

    async def take(self) -> None:
        """Wait until the client has fewer than its most exchanges under way. To take it again does nothing."""
        if not self._taken:
            await self._semaphore.acquire()
            self._taken = True

    def end(self) -> None:
        if self._taken:
            self._semaphore.release()
