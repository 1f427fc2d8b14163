"""A subscriber that is away for an hour, three days, and longer than its events are tried: by a clock that is moved."""

import pytest

from rtp_embedded.platform import Platform
from rtp_shared.contracts.gateway import SubscriptionDisabled, SubscriptionEnabled
from tests.gateway.conftest import NewWorker
from tests.resilience.long_outages import DAY, HOUR, run_long_outage
from tests.resilience.subscribers import Behaviour

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("behaviour", "seconds", "at_most"),
    [(Behaviour.REFUSES, HOUR, 2 * 60), (Behaviour.FAILS, 3 * DAY, 17 * 60)],
    ids=["an hour", "three days"],
)
async def test_all_arrives_soon_after(
    behaviour: Behaviour, seconds: float, at_most: float, platform: Platform, new_worker: NewWorker
) -> None:
    row, types = await run_long_outage(platform, behaviour, seconds)
    assert row.good, row
    assert SubscriptionDisabled.TYPE not in types
    ill, well = row.delays.values()
    assert seconds < ill < seconds + at_most
    assert well == 0


async def test_a_disabled_subscription_gives_proof_of_life_and_gets_all_that_waited(
    platform: Platform, new_worker: NewWorker
) -> None:
    row, types = await run_long_outage(platform, Behaviour.BEHIND, 4 * DAY)
    assert row.good, row
    assert types.count(SubscriptionDisabled.TYPE) == types.count(SubscriptionEnabled.TYPE) == 1
    ill, well = row.delays.values()
    assert 4 * DAY < ill < 4 * DAY + 1.1 * HOUR
    assert well == 0
