"""Who records an event of a case and who reports on an earlier one wait for each other, and never in a ring."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.deliveries.claims import Claim
from rtp_gateway.outbound.deliveries.reports import AttemptReport, Marked, SuccessWriter
from rtp_gateway.outbound.handlers import record_and_offer
from rtp_gateway.outbound.transports.requests import DeliveryResult
from rtp_shared.clock import utcnow
from rtp_shared.consumer import HandlerContext
from rtp_shared.contracts import events
from tests.gateway.conftest import Owner, run_sql
from tests.support import webhooks
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio

_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
_HOLD = text("SELECT FROM deliveries WHERE subscription_id = :id AND position = :position FOR UPDATE")


async def until_waiting(owner: Owner, count: int) -> None:
    """Wait until so many connections to the gateway's database wait for a lock."""

    async def wait_for_locks() -> bool:
        [(waiting,)] = await run_sql(owner.platform, _WAITING)
        return bool(waiting >= count)

    await until(wait_for_locks, f"{count} that wait for a lock")


async def record(owner: Owner, session: AsyncSession, case_id: uuid.UUID, sequence: int) -> None:
    """Record an event as the consumer does, and leave the transaction open."""
    readers = [f"client:{owner.api.client_id}", "system"]
    message = webhooks.message(case_id, sequence, readers=readers)
    heard = HandlerContext(events.read(message.body), message, owner.platform.gateway.outbox)
    await record_and_offer(session, heard)


def report(claim: Claim) -> AttemptReport:
    return AttemptReport(claim, DeliveryResult(status=204), utcnow(), 1.0, 10)


def write_all(owner: Owner, claims: Sequence[Claim]) -> list["asyncio.Task[Marked | None]"]:
    """Report that all were accepted, in one batch."""
    writer = SuccessWriter(owner.platform.background["gateway"].database, owner.clock)
    return [asyncio.create_task(writer.write(report(each))) for each in claims]


async def find_stuck(owner: Owner, subscriptions: Sequence[dict[str, Any]]) -> list[Any]:
    """Deliveries that wait although nothing is before them."""
    ids = [uuid.UUID(each["id"]) for each in subscriptions]
    statement = """
        SELECT d.position FROM deliveries d WHERE subscription_id = ANY (:ids) AND state = 'pending'
        AND next_attempt_at IS NULL AND NOT EXISTS (SELECT FROM deliveries e WHERE e.subscription_id = d.subscription_id
            AND e.case_id = d.case_id AND e.position < d.position AND e.state IN ('pending', 'dead'))
    """
    return list(await run_sql(owner.platform, statement, ids=ids))


async def test_the_next_event_of_a_case_is_recorded_while_a_batch_marks_the_one_before(owner: Owner) -> None:
    """The batch holds the first event of one subscription and is about to release the second of another, while the
    recording of the third locks what is last of each.
    """
    case_id = uuid.uuid4()
    without_second = [{"not": {"exact": {"sequence": f"{2:010d}"}}}]
    subscriptions = [
        await owner.subscribe(),
        await owner.subscribe(filters=without_second),
        await owner.subscribe(),
        await owner.subscribe(filters=[{"exact": {"sequence": f"{9:010d}"}}]),  # takes another case alone
    ]
    await owner.publish(case_id, 1, 2)
    await owner.publish(uuid.uuid4(), 9)
    worker = owner.new_worker(now=owner.clock)
    claims = await worker._claim()
    last = next(each for each in claims if str(each.subscription_id) == subscriptions[3]["id"])
    database = owner.platform.background["gateway"].database
    async with AsyncExitStack() as stack:
        third = await stack.enter_async_context(database.transaction())
        await third.execute(_HOLD, {"id": last.subscription_id, "position": last.position})
        marking = write_all(owner, claims)
        await until_waiting(owner, 1)

        async def record_third() -> None:
            async with database.transaction() as session:
                await record(owner, session, case_id, 3)

        recording = asyncio.create_task(record_third())
        await until_waiting(owner, 2)
        await third.rollback()
    assert await asyncio.gather(*marking, recording) == [Marked(failing=False)] * len(claims) + [None]
    assert await find_stuck(owner, subscriptions) == []
    assert await worker.drain() == 5
    received = [each.sequence for each in owner.receiver.received]
    assert sorted(received) == [2, 2, 3, 3, 3]


@pytest.mark.parametrize("first", [0, 1])
async def test_a_batch_passes_over_the_case_that_is_being_recorded(owner: Owner, first: int) -> None:
    """Whoever records several events in one transaction holds one case and goes on to the next."""
    subscription = await owner.subscribe()
    cases = await owner.publish_cases(2)
    worker = owner.new_worker(now=owner.clock)
    claims = sorted(await worker._claim(), key=lambda claim: claim.subject_id != cases[first])
    async with owner.platform.background["gateway"].database.transaction() as session:
        await record(owner, session, cases[first], 2)
        passed_over, marked = write_all(owner, claims)
        async with asyncio.timeout(PATIENCE):
            assert await marked
        assert not passed_over.done()
        await record(owner, session, cases[1 - first], 2)
        await session.commit()
    assert await passed_over
    assert await find_stuck(owner, [subscription]) == []
    assert await worker.drain() == 2


async def test_what_an_older_process_left_waiting_for_nothing_is_sent(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1, 2)
    statement = "UPDATE deliveries SET next_attempt_at = NULL WHERE subscription_id = :id"
    await run_sql(owner.platform, statement, id=uuid.UUID(subscription["id"]))
    assert len(await find_stuck(owner, [subscription])) == 1
    await owner.worker.drain()
    assert [each.sequence for each in owner.receiver.received] == [1, 2]
