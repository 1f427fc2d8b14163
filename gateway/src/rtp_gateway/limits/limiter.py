"""Counts the requests of clients and organisations against their quotas, together with the other processes.

A request is counted in memory, out of a lease that was taken before; leases are taken beside the requests, for all
that want one at a time. Only a caller that has used up lease and credit waits for an answer, and never for long: while
the database is away each process counts for itself (docs/adr/0076).
"""

import asyncio
import contextvars
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.limits.allowances import OwnAccount, RequestAllowance
from rtp_gateway.limits.leases import LeaseRequest, kind_of, take_leases
from rtp_gateway.limits.quotas import Quotas
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.identities import Principal, organisation_identity

log = logging.getLogger(__name__)

LONGEST_WAIT = 0.25
"""Seconds that a request waits for a lease before it is counted by this process alone."""
READ_SECONDS = 1.0
AWAY_SECONDS = 1.0
"""How long the database is left alone after it did not answer."""
MOST_KNOWN = 10_000
"""Owners whose allowances are kept; then all are forgotten that are not in debt."""


class RequestLimiter:
    """Lets requests through as far as quotas go."""

    def __init__(
        self, database_url: str, usual: Mapping[str, Quotas], now: Callable[[], float] = time.monotonic
    ) -> None:
        # A connection of its own: whatever takes the pool of the requests must not keep leases away.
        self._database = Database(database_url, pool_size=1)
        self._usual = usual
        self._now = now
        self._known: dict[str, RequestAllowance] = {}
        self._own: dict[str, OwnAccount] = {}
        self._low: set[str] = set()
        self._answered = asyncio.Event()
        """Set when the leases of a round are there; each round has its own."""
        self._leasing: asyncio.Task[None] | None = None
        self._away_until = float("-inf")

    async def admit(self, principal: Principal) -> tuple[list[RequestAllowance], list[RequestAllowance]]:
        """Count a request; return the allowances of its client and its organisation, and those that refuse it.

        A refused request is counted nowhere.
        """
        owners = (principal.own_identity, organisation_identity(principal.organisation))
        allowances = [self._find(owner) for owner in owners]
        now = self._now()
        if not all(each.has_room(now) for each in allowances):
            await self._wait_for_leases(owners, allowances)
            now = self._now()
        refusing = [each for each in allowances if not each.has_room(now)]
        for owner, each in zip(owners, allowances, strict=True):
            if not refusing:
                each.spend()
            if each.is_low(now):
                self._ask_for(owner)
        return allowances, refusing

    async def close(self) -> None:
        if self._leasing is not None:
            self._leasing.cancel()
            await asyncio.gather(self._leasing, return_exceptions=True)
        await self._database.close()

    def _find(self, owner: str) -> RequestAllowance:
        if (known := self._known.get(owner)) is None:
            if len(self._known) >= MOST_KNOWN:
                self._known = {name: each for name, each in self._known.items() if each.debt}
                self._own.clear()
            known = self._known[owner] = RequestAllowance(self._usual[kind_of(owner)])
        return known

    async def _wait_for_leases(self, owners: tuple[str, ...], allowances: list[RequestAllowance]) -> None:
        """Wait until each has room or is known to be refused; count alone where no answer comes in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT):
                while waiting := self._list_unanswered(owners, allowances):
                    for owner in waiting:
                        self._ask_for(owner)
                    await self._answered.wait()
        self._count_alone(self._list_unanswered(owners, allowances))

    def _list_unanswered(self, owners: tuple[str, ...], allowances: list[RequestAllowance]) -> list[str]:
        now = self._now()
        pairs = zip(owners, allowances, strict=True)
        return [owner for owner, each in pairs if not each.has_room(now) and each.compute_wait(now) <= 0]

    def _ask_for(self, owner: str) -> None:
        self._low.add(owner)
        if self._leasing is None or self._leasing.done():
            # In a context of its own: it works for no one request.
            self._leasing = asyncio.get_running_loop().create_task(self._lease_all(), context=contextvars.Context())

    async def _lease_all(self) -> None:
        """Take leases until nobody wants one."""
        while self._low:
            owners, self._low = self._low, set()
            now = self._now()
            known = {owner: self._known[owner] for owner in sorted(owners) if owner in self._known}
            wanting = {owner: each for owner, each in known.items() if each.is_low(now)}
            if wanting and (now < self._away_until or not await self._take(wanting)):
                self._count_alone(list(wanting))
            answered, self._answered = self._answered, asyncio.Event()
            answered.set()

    async def _take(self, wanting: Mapping[str, RequestAllowance]) -> bool:
        """Take a lease for each; return False if the common account cannot be reached."""
        asked = [LeaseRequest(owner, each.debt, each.quotas.batch) for owner, each in wanting.items()]
        try:
            async with asyncio.timeout(READ_SECONDS):
                leases = await take_leases(self._database, asked, self._usual)
        except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
            self._away_until = self._now() + AWAY_SECONDS
            log.warning("requests are counted by this process alone", extra={"error": describe_error(error)})
            return False
        now = self._now()
        for each in asked:
            if each.owner in self._own:
                del self._own[each.owner]
            wanting[each.owner].take(leases[each.owner], each.charged, now)
        return True

    def _count_alone(self, owners: list[str]) -> None:
        now = self._now()
        for owner in owners:
            allowance = self._known[owner]
            own = self._own.setdefault(owner, OwnAccount(allowance.quotas))
            debt = allowance.debt
            allowance.take(own.lease(debt, allowance.quotas.batch, now), debt, now)
