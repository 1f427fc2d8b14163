"""The short rungs of the crash ladder: under load, something breaks, and nothing is lost, doubled or out of order.

`make resilience` climbs all of it (tests/resilience).
"""

import statistics
from collections.abc import Iterator

import pytest

from tests.resilience.climb import climb
from tests.resilience.database import Server
from tests.resilience.intake import Intake
from tests.resilience.rungs import SHORT, Kill, Outage, Rung
from tests.resilience.stage import Stage
from tests.support.rabbitmq import Broker
from tests.system.fleet import Fleet

KILLED = {"before-report-commit", "after-handler-commit", "after-confirm", "before-mark"}


@pytest.fixture(scope="module")
def stage(fleet: Fleet, server: Server, broker: Broker, sandbox_secrets: dict[str, str]) -> Iterator[Stage]:
    stage = Stage(fleet, server, broker, Intake(fleet.host.public_url, sandbox_secrets["council-intake"]))
    try:
        stage.set_up()
        yield stage
    finally:
        stage.close()


@pytest.mark.parametrize("rung", SHORT, ids=lambda rung: rung.name)
def test_nothing_is_lost(rung: Rung, stage: Stage) -> None:
    row = climb(stage, rung, rate=10)
    print(row)
    assert row.good, row
