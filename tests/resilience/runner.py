"""Runs one scenario under load."""

from tests.resilience.evidence import Row
from tests.resilience.faults import kill, outage, wait
from tests.resilience.ledger import Ledger
from tests.resilience.platform_under_test import PlatformUnderTest
from tests.resilience.scenarios import COURIER, FaultScenario, Kill, SameCases

RATE = 20.0
"""Events a second, besides those of submitted cases."""
BEFORE, AFTER = 0.5, 0.5
"""Seconds of load before it breaks, and after it is mended."""
PATIENCE = 150.0
"""Seconds until all must have arrived; an outage's own length comes on top."""
ENDLESS = 1_000_000
"""Events of a case that goes on for the whole scenario."""


def run_scenario(platform: PlatformUnderTest, scenario: FaultScenario, *, rate: float = RATE) -> Row:
    if isinstance(scenario, SameCases):
        return _run_same_cases(platform, scenario)
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


def _run_same_cases(platform: PlatformUnderTest, scenario: SameCases) -> Row:
    ledger = Ledger(platform)
    with platform.more_subscribers(scenario.subscriptions), platform.fleet.more_of(COURIER, scenario.workers - 1):
        ledger.wait_until_quiet(PATIENCE)
        marks = ledger.take_marks()
        with platform.load(scenario.per_second, live=scenario.cases, events=ENDLESS, burst=scenario.burst):
            wait(scenario.seconds)
        ledger.wait_until_quiet(PATIENCE)
        row = ledger.build_row(scenario.name, marks)
    row.repeats_expected = False
    return row
