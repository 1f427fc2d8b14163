"""From the mandate to the award of the contract."""

from typing import Any

from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario

TERMS = {"netPence": 720_000_000, "grossPence": 864_000_000, "termMonths": 36, "extensionMonths": 24}


def determine_regime(scenario: Scenario, personas: Personas, case: Case, **regime: Any) -> None:
    """Record by which law the commissioner awards the contract, and what it is worth."""
    scenario.begin_step("The contract route")
    personas.commissioner.act(case, "record-regime", determinedOn=scenario.today, **regime)
    personas.commissioner.act(case, "record-contract-terms", **TERMS)


def tender(scenario: Scenario, personas: Personas, case: Case) -> None:
    personas.commissioner.act(
        case, "publish-tender", kind="UK4", noticeId="2027/S 000-012345", ocid="ocds-h6vhtk-04a1b2",
        publishedOn=scenario.today,
    )  # fmt: skip
    scenario.wait_days(45, "tenders come in and are assessed")


def stand_still(scenario: Scenario, personas: Personas, case: Case, *, notice: str, clock: str) -> None:
    """Announce the award, and wait for the time in which it may be challenged."""
    personas.commissioner.act(
        case, "begin-standstill", kind=notice, noticeId="2027/S 000-023456", publishedOn=scenario.today
    )
    personas.commissioner.expect_refusal(case, "award", because="standstill-over", enteredIntoOn=scenario.today)
    scenario.wait_past(personas.commissioner.get_deadline(case, clock), "the standstill passes without a challenge")


def award(scenario: Scenario, personas: Personas, case: Case) -> None:
    personas.commissioner.act(case, "award", enteredIntoOn=scenario.today, reference="C-2027-118")
