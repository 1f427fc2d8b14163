"""From the mandate to the award of the contract."""

from datetime import timedelta
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
    personas.commissioner.act(
        case, "consider-social-value", consideredOn=scenario.today,
        wellBeing="Work for people of the area, and shorter ways.", inTheProcurement="Asked of whoever bids.",
        consultation="Not by itself: users of the service were asked for the business case.",
    )  # fmt: skip


def tender(scenario: Scenario, personas: Personas, case: Case) -> None:
    personas.commissioner.act(
        case, "publish-tender", kind="UK4", noticeId="2027/S 000-012345", ocid="ocds-h6vhtk-04a1b2",
        publishedOn=scenario.today, tendersDueOn=scenario.today + timedelta(days=25), electronicTenders=True,
        documentsAtOnce=True,
    )  # fmt: skip
    scenario.wait_days(45, "tenders come in and are assessed")
    personas.commissioner.act(
        case, "set-performance-indicators", setOn=scenario.today,
        indicators=["Visits kept as agreed", "Complaints answered in ten days", "Days that a referral waits"],
    )  # fmt: skip


KEY_CRITERIA = {
    "quality-and-innovation": "35 of 100",
    "value": "25 of 100",
    "integration-collaboration-and-sustainability": "15 of 100",
    "access-inequalities-and-choice": "15 of 100",
    "social-value": "10 of 100",
}
"""The five of SI 2023/1348 reg 5, with the relative importance that the commissioner gives them."""


def choose_most_suitable_provider(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Follow the Most Suitable Provider Process: notice of it, 14 days at least, and a choice by the key criteria."""
    chosen = {
        "accounts": [{"criterion": each, "account": "Held against two others."} for each in KEY_CRITERIA],
        "meetsBasicSelectionCriteria": True, "basicSelectionAssessment": "Registration and accounts were seen.",
        "exclusion": "neither",
    }  # fmt: skip
    personas.commissioner.act(
        case, "publish-selection-notice", noticeId="2027/S 000-011223", submittedOn=scenario.today,
        publishedOn=scenario.today,
    )  # fmt: skip
    personas.commissioner.act(
        case, "determine-key-criteria", basicSelectionCriteria="Registered, insured and solvent.",
        criteria=[{"criterion": name, "importance": weight} for name, weight in KEY_CRITERIA.items()],
        determinedOn=scenario.today,
    )  # fmt: skip
    personas.commissioner.expect_refusal(
        case, "choose-provider", because="identified-on-within-bounds", identifiedOn=scenario.today,
        decidedOn=scenario.today, **chosen,
    )  # fmt: skip
    scenario.wait_days(14, "others who might be the most suitable provider come forward")
    personas.commissioner.act(case, "choose-provider", identifiedOn=scenario.today, decidedOn=scenario.today, **chosen)


def write_benefits_into_contract(personas: Personas, case: Case) -> None:
    """Give every promised benefit its clause and indicator, or say why the contract leaves it out."""
    personas.commissioner.act(
        case, "write-benefit-into-contract", benefit="sickness", clause="Schedule 2, 4.1",
        indicator="Days lost to sickness",
    )  # fmt: skip
    personas.commissioner.act(
        case, "write-benefit-into-contract", benefit="visits-kept", clause="Schedule 2, 4.2",
        indicator="Visits kept as agreed",
    )  # fmt: skip
    personas.commissioner.act(
        case, "write-benefit-into-contract", benefit="staff-board-seats",
        leftOutBecause="The mutual's articles have it, and a contract cannot change them.",
    )  # fmt: skip


def stand_still(scenario: Scenario, personas: Personas, case: Case, *, notice: str, clock: str) -> None:
    """Announce the award, and wait for the time in which it may be challenged."""
    personas.commissioner.act(
        case, "begin-standstill", kind=notice, noticeId="2027/S 000-023456", publishedOn=scenario.today
    )
    personas.commissioner.expect_refusal(case, "award", because="standstill-over", enteredIntoOn=scenario.today)
    scenario.wait_past(personas.commissioner.get_deadline(case, clock), "the standstill passes without a challenge")


def award(scenario: Scenario, personas: Personas, case: Case) -> None:
    personas.commissioner.act(case, "award", enteredIntoOn=scenario.today, reference="C-2027-118")


def announce_award(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Publish the notice of the award under the Provider Selection Regime, which is owed within 30 days."""
    personas.commissioner.act(
        case, "record-notice", kind="provider-selection-award-notice", noticeId="2027/S 000-024680",
        publishedOn=scenario.today,
    )  # fmt: skip


def publish_contract(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Publish what a contract above £5 million owes besides its notices (Procurement Act 2023 ss.52(3), 53(3))."""
    for part in ("performance-indicators", "contract-copy"):
        personas.commissioner.act(
            case, "record-contract-publication", part=part, place="2027/S 000-034567", publishedOn=scenario.today
        )
