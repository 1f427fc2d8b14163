"""The short scenarios: under load something breaks, and nothing is lost, doubled or out of order.

`make resilience` runs all of them (tests/resilience).
"""

from collections.abc import Iterator

import pytest

from tests.resilience.case_system import CaseSystem
from tests.resilience.database import Server
from tests.resilience.platform_under_test import PlatformUnderTest
from tests.resilience.runner import run_scenario
from tests.resilience.scenarios import SHORT, FaultScenario, Kill, Outage
from tests.support.rabbitmq import Broker
from tests.system.fleet import Fleet

RATE = 10.0
SENT_AGAIN = {"mid-delivery", "before-report-commit"}
"""Points at which the sink has the event and the delivery worker has not written it down."""


@pytest.fixture(scope="module")
def platform(
    fleet: Fleet, server: Server, broker: Broker, sandbox_secrets: dict[str, str]
) -> Iterator[PlatformUnderTest]:
    platform = PlatformUnderTest(
        fleet, server, broker, CaseSystem(fleet.host.public_url, sandbox_secrets["council-intake"])
    )
    try:
        platform.set_up()
        yield platform
    finally:
        platform.close()


@pytest.mark.parametrize("scenario", SHORT, ids=lambda scenario: scenario.name)
def test_nothing_is_lost_doubled_or_out_of_order(scenario: FaultScenario, platform: PlatformUnderTest) -> None:
    row = run_scenario(platform, scenario, rate=RATE)
    assert row.good, row
    if isinstance(scenario, Kill):
        points = set(scenario.points.values())
        assert row.repeats or points.isdisjoint(SENT_AGAIN), row
        assert row.handled_again or "after-handler-commit" not in points, row
    elif isinstance(scenario, Outage) and scenario.what == "broker":
        assert row.slowest_request_s < scenario.seconds / 2, row  # requests did not notice
    elif isinstance(scenario, Outage) and scenario.what == "one subscriber":
        away, *others = row.delays.values()
        assert max(others) < away, row  # the others did not wait for it
