"""The short rungs of the crash ladder: under load something breaks, and nothing is lost, doubled or out of order.

`make resilience` climbs all of it (tests/resilience).
"""

from collections.abc import Iterator

import pytest

from tests.resilience.climb import climb
from tests.resilience.database import Server
from tests.resilience.intake import Intake
from tests.resilience.rungs import SHORT, Kill, Rung
from tests.resilience.stage import Stage
from tests.support.rabbitmq import Broker
from tests.system.fleet import Fleet

RATE = 10.0
SENT_AGAIN = {"mid-delivery", "before-report-commit"}
"""Points at which the sink has the event and the delivery worker has not written it down."""


@pytest.fixture(scope="module")
def stage(fleet: Fleet, server: Server, broker: Broker, sandbox_secrets: dict[str, str]) -> Iterator[Stage]:
    stage = Stage(fleet, server, broker, Intake(fleet.host.public_url, sandbox_secrets["council-intake"]))
    try:
        stage.set_up()
        yield stage
    finally:
        stage.close()


@pytest.mark.parametrize("rung", SHORT, ids=lambda rung: rung.name)
def test_nothing_is_lost_doubled_or_out_of_order(rung: Rung, stage: Stage) -> None:
    row = climb(stage, rung, rate=RATE)
    assert row.good, row
    if isinstance(rung, Kill):
        points = set(rung.points.values())
        assert row.repeats or points.isdisjoint(SENT_AGAIN), row
        assert row.handled_again or "after-handler-commit" not in points, row
    elif rung.what == "broker":
        assert row.slowest_request_s < rung.seconds / 2, row  # requests did not notice
    elif rung.what == "one subscriber":
        away, *others = row.delays.values()
        assert max(others) < away, row  # the others did not wait for it
