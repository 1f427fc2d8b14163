"""Runs one scenario under load."""

from tests.resilience.evidence import Row
from tests.resilience.faults import kill, outage, wait
from tests.resilience.ledger import Ledger
from tests.resilience.platform_under_test import PlatformUnderTest
from tests.resilience.scenarios import FaultScenario, Kill

RATE = 20.0
"""Events a second, besides those of submitted cases."""
BEFORE, AFTER = 0.5, 0.5
"""Seconds of load before it breaks, and after it is mended."""
PATIENCE = 150.0
"""Seconds until all must have arrived; an outage's own length comes on top."""


def run_scenario(platform: PlatformUnderTest, scenario: FaultScenario, *, rate: float = RATE) -> Row:
    ledger = Ledger(platform)
    marks = ledger.take_marks()
    with platform.load(rate):
        wait(BEFORE)
        if isinstance(scenario, Kill):
            kill(platform, scenario)
        else:
            with outage(platform, scenario.what):
                wait(scenario.seconds)
        wait(AFTER)
    ledger.wait_until_quiet(PATIENCE + getattr(scenario, "seconds", 0))
    return ledger.build_row(scenario.name, marks)
