"""The relay: nothing is lost, order per case holds, and one relay works at a time."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
import pytest

from rtp_shared.bus import BusUnavailable, Message, PublishResult
from rtp_shared.contracts import events
from rtp_shared.relay import _FETCH, POLL_SECONDS, SETTINGS
from tests.support.messaging import Office, RecordingBus, running
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

OF_RELAY = "application_name = 'rtp-relay' AND datname = current_database()"
HERE = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"


def sequences(bus: RecordingBus, case_id: UUID) -> list[int]:
    return [events.read(message.body).sequence for message in bus.taken if message.subject_id == case_id]


async def all_published(office: Office) -> None:
    async def none_waits() -> bool:
        return not await office.waiting()

    await until(none_waits, "publishing")


async def test_a_case_keeps_its_order_and_every_event_goes_out_once(office: Office) -> None:
    bus, cases = RecordingBus(), [uuid4() for _ in range(3)]
    for sequence in (1, 2, 3, 4):
        for case in cases:
            await office.publish(case, sequence)
    async with running(office.relay(bus).run):
        await all_published(office)
    assert [sequences(bus, case) for case in cases] == [[1, 2, 3, 4]] * 3
    assert len(bus.taken) == 12


async def test_a_new_event_wakes_it_at_once(office: Office) -> None:
    async with running(office.relay(RecordingBus()).run):
        await office.publish(uuid4(), 1)
        await all_published(office)
        async with asyncio.timeout(POLL_SECONDS / 2):
            await office.publish(uuid4(), 1)
            await all_published(office)


async def test_what_was_refused_waits_and_holds_only_its_own_case_back(office: Office) -> None:
    bus, poisoned, sound = RecordingBus(), uuid4(), uuid4()
    bus.refusing.add(poisoned)
    await office.publish(poisoned, 1, 2)
    await office.publish(sound, 1, 2)
    async with running(office.relay(bus).run):
        await until(lambda: _went_out(bus, sound, 2), "publishing of the other case")
        await until(lambda: _attempts(office, 2), "a second try")
        pauses = (
            "SELECT attempts, extract(epoch FROM retry_at - now()) FROM outbox WHERE case_id = $1 ORDER BY position"
        )
        (first, pause), (second, _) = await office.query(pauses, poisoned)
        assert first >= 2
        assert pause > 0.5  # longer than the first pause: they grow
        assert second == 0  # it was never offered: its turn had not come
        bus.refusing.clear()
        await office.query("UPDATE outbox SET retry_at = now()")
        await all_published(office)
    assert sequences(bus, poisoned) == [1, 2]


async def _went_out(bus: RecordingBus, case: UUID, count: int) -> bool:
    return len(sequences(bus, case)) == count


async def _attempts(office: Office, count: int) -> bool:
    return bool(await office.query("SELECT FROM outbox WHERE attempts >= $1", count))


async def test_two_relays_never_work_at_once_and_one_takes_over(office: Office) -> None:
    bus = RecordingBus()
    first, second = office.relay(bus), office.relay(bus)
    async with running(second.run):
        async with running(first.run):
            await until(lambda: _leading(first, second), "leading")
            await office.publish(uuid4(), 1)
            await all_published(office)
            assert first.leading != second.leading
            assert len(await office.query(f"SELECT FROM pg_locks WHERE locktype = 'advisory' AND {HERE}")) == 1
        assert not first.leading
        await until(lambda: _leading(second), "taking over")
        await office.publish(uuid4(), 1)
        await all_published(office)
    assert len(bus.taken) == 2


async def _leading(*relays: object) -> bool:
    return any(getattr(relay, "leading", False) for relay in relays)


async def test_it_survives_the_loss_of_its_connection(office: Office) -> None:
    bus = RecordingBus()
    relay = office.relay(bus)
    async with running(relay.run):
        await until(lambda: _leading(relay), "leading")
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OF_RELAY}"  # noqa: S608
        for sequence in (1, 2):
            assert len(await office.query(ended)) == 1
            await office.publish(UUID(int=1), sequence)
            await all_published(office)
    assert sequences(bus, UUID(int=1)) == [1, 2]


class Away(RecordingBus):
    """A broker that cannot be reached the first few times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        if self.times:
            self.times -= 1
            raise BusUnavailable("away")
        return await super().publish(messages)


async def test_an_outage_is_no_fault_of_the_events(office: Office) -> None:
    bus = Away(times=1)
    await office.publish(uuid4(), 1)
    async with running(office.relay(bus).run):
        await all_published(office)
    assert [row[0] for row in await office.query("SELECT attempts FROM outbox")] == [0]


class Forgetful(RecordingBus):
    """A bus that takes the first batch and says nothing about it, as when a connection breaks before the confirms."""

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        first = not self.taken
        outcome = await super().publish(messages)
        return PublishResult(set(), set()) if first else outcome


async def test_what_nobody_confirmed_is_sent_again(office: Office) -> None:
    bus, case = Forgetful(), uuid4()
    await office.publish(case, 1, 2)
    async with running(office.relay(bus).run):
        await all_published(office)
    assert sequences(bus, case) == [1, 1, 2]


async def test_an_empty_outbox_is_read_as_a_large_one_is(office: Office) -> None:
    connection = await asyncpg.connect(office.url, server_settings=SETTINGS)
    try:
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {_FETCH}", 512, 0, 0))
    finally:
        await connection.close()
    assert "Index Scan using ix_outbox_waiting on outbox o" in plan
    assert "Index Only Scan using ix_outbox_waiting_by_case on outbox e" in plan
    assert "Index Cond: ((case_id = o.case_id)" in plan
    assert "Sort" not in plan


class Moody(RecordingBus):
    """Takes, refuses and forgets by chance, and sees to it that nothing is handed over before its turn."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.confirmed: Counter[UUID] = Counter()
        self.busy = False

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        assert not self.busy, "one batch at a time"
        assert len({message.subject_id for message in messages}) == len(messages), "one event of a case at a time"
        self.busy, outcome = True, PublishResult(set(), set())
        for message in messages:
            await asyncio.sleep(0)
            sequence = events.read(message.body).sequence
            assert sequence == self.confirmed[message.subject_id] + 1, (
                "the one before was not confirmed, or this one was"
            )
            said = self.chance.choice((outcome.confirmed, outcome.confirmed, outcome.refused, set()))
            said.add(message.event_id)
            self.confirmed[message.subject_id] += said is outcome.confirmed
        self.busy = False
        return outcome


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_the_bus_says_nothing_goes_before_its_turn_or_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable
    monkeypatch.setattr("rtp_shared.relay.BATCH", chance.randint(1, 4))
    bus, cases = Moody(chance), [UUID(int=number) for number in range(6)]
    relay, written = office.relay(bus), Counter[UUID]()
    for case in chance.choices(cases, k=40):
        written[case] += 1
        await office.publish(case, written[case])
    connection = await asyncpg.connect(office.url)
    try:
        while await office.waiting():
            await relay.drain(connection)
            await office.query("UPDATE outbox SET retry_at = now()")
    finally:
        await connection.close()
    assert bus.confirmed == written


class Unplugging(RecordingBus):
    """Takes a second batch, and cuts the relay from its database before it says so."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office
        self.batches = 0

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        self.batches += 1
        outcome = await super().publish(messages)
        if self.batches == 2:
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OF_RELAY}"  # noqa: S608
            assert len(await self.office.query(ended)) == 1
        return outcome


async def test_it_survives_the_loss_of_its_connection_while_the_bus_has_a_batch(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtp_shared.relay.BATCH", 2)
    bus, cases = Unplugging(office), [UUID(int=number) for number in range(4)]
    for sequence in (1, 2):
        for case in cases:
            await office.publish(case, sequence)
    async with running(office.relay(bus).run):
        await all_published(office)
    told = [list(dict.fromkeys(sequences(bus, case))) for case in cases]
    assert told == [[1, 2]] * 4  # what came twice is dropped by inboxes
    assert len(bus.taken) > 8  # the second batch was never marked, and went out again
