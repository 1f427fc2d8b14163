"""A process of the platform that can be killed at an exact point: `python -m tests.system.crashing MODULE PROCESS`.

The product's own classes do the work; what stands around them here only kills it, when the file that
RTP_TEST_KILL_FILE names says at which point, and the process gets there. RTP_TEST_LEASE: seconds that a delivery worker
takes deliveries for, where the real lease would be long to wait for.
"""

import asyncio
import os
import runpy
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.deliveries import claims, reports
from rtp_shared import consumer
from rtp_shared.bus import PublishResult
from rtp_shared.outbox import Outbox
from rtp_shared.rabbit.bus import RabbitBus, _Outgoing
from rtp_shared.relay import Relay

KILL_FILE, LEASE = "RTP_TEST_KILL_FILE", "RTP_TEST_LEASE"
_WORK = "kind of work"


def _is_to_die_at(point: str) -> bool:
    file = Path(os.environ[KILL_FILE])
    return file.exists() and file.read_text() == point


def _die_at(point: str) -> None:
    if _is_to_die_at(point):
        os.kill(os.getpid(), signal.SIGKILL)


class Sessions(AsyncSession):
    """Dies before or after the commit of a kind of work: publish, handler, claim, report."""

    async def commit(self) -> None:
        work = self.info.get(_WORK)
        _die_at(f"before-{work}commit")
        await super().commit()
        _die_at(f"after-{work}commit")


def _note_work(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the call: where it found something to do, its transaction does this kind of work."""

    async def noted(session: AsyncSession, *arguments: Any, **named: Any) -> Any:
        if result := await call(session, *arguments, **named):
            session.info.setdefault(_WORK, kind)
        return result

    return noted


class Publishing(Outbox):
    async def publish(self, session: AsyncSession, *arguments: Any, **named: Any) -> list[bytes]:
        bodies: list[bytes] = await _note_work("", super().publish)(session, *arguments, **named)
        return bodies


class Outgoing(_Outgoing):
    async def _wait_for_confirms(self) -> None:
        """All is on its way to the broker, and no confirm has been waited for."""
        if _is_to_die_at("after-publish"):
            await asyncio.sleep(0)  # what was written in this turn of the loop is sent in the next
            while self.link.connection._transport.get_write_buffer_size():  # type: ignore[union-attr]  # noqa: ASYNC110
                await asyncio.sleep(0)
            _die_at("after-publish")
        await super()._wait_for_confirms()


class Confirmed(RabbitBus):
    async def publish(self, *arguments: Any) -> PublishResult:
        outcome = await super().publish(*arguments)
        if outcome.confirmed:
            _die_at("after-confirm")
        return outcome


class Marking(Relay):
    async def _mark(self, connection: Any, rows: Any, outcome: PublishResult) -> int:
        if outcome.confirmed:
            _die_at("before-mark")
        count = await super()._mark(connection, rows, outcome)
        if outcome.confirmed:
            _die_at("after-mark")
        return count


AROUND: dict[str, Any] = {
    "rtp_shared.db.AsyncSession": Sessions,
    "rtp_shared.service.Outbox": Publishing,
    "rtp_shared.consumer.claim_event": _note_work("handler-", consumer.claim_event),
    "rtp_shared.rabbit.bus._Outgoing": Outgoing,
    "rtp_shared.run.RabbitBus": Confirmed,
    "rtp_shared.run.Relay": Marking,
    "rtp_gateway.outbound.deliveries.claims.claim_due": _note_work("claim-", claims.claim_due),
    "rtp_gateway.outbound.deliveries.reports.mark_delivered": _note_work("report-", reports.mark_delivered),
}

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    around = dict(AROUND)
    if seconds := os.environ.get(LEASE):
        around["rtp_gateway.outbound.deliveries.worker.LEASE"] = timedelta(seconds=float(seconds))
    with ExitStack() as patched:
        for target, stand_in in around.items():
            patched.enter_context(patch(target, stand_in))
        runpy.run_module(sys.argv[0], run_name="__main__")
