"""Employer-led, in a county with a committee system: no key decision to announce, an agenda, and no call-in."""

from datetime import date, timedelta

from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import contract, panel, spin_out

TITLE = "Employer-led: a committee of a county decides, by an agenda of five clear working days"
BEGINS_ON = date(2027, 9, 1)
COUNTY = "GB-LAE-WAR"

DRAFT = {
    "route": "employer-led",
    "employer": COUNTY,
    "serviceName": "School music service",
    "sector": "education-and-school-support",
    "applicantCount": 6,
    "headcount": 40,
    "conflictsDeclared": True,
}
CONSTITUTION = {"form": "committee-system", "decidedBy": "committee", "clearWorkingDays": True}


def run(scenario: Scenario) -> None:
    personas = Personas.join(scenario, group="staff-portal", employer="county-officers", commissioner="county-officers")
    spin_out.set_constitution(scenario, personas, COUNTY, CONSTITUTION)
    case = spin_out.bring_to_the_panel(
        scenario, personas, DRAFT, authority="Minute 2027/88", where="Minutes of the committee"
    )
    _decide(scenario, personas, case)
    scenario.check_end(
        case, events=EVENTS, group="staff-portal", others=("county-officers",), strangers=("council-officers",)
    )


def _decide(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Decide in committee: the law asks for the agenda (Local Government Act 1972 s.100B), and for nothing else."""
    scenario.begin_step("The committee")
    personas.officer.expect_refusal(
        case, "publish-key-decision-notice", because="key-decision-notice-is-owed", publishedOn=scenario.today,
        decisionBy=scenario.today + timedelta(days=40), where="Forward plan",
    )  # fmt: skip
    personas.officer.act(case, "publish-panel-papers")
    personas.officer.act(case, "publish-agenda", publishedOn=scenario.today, where="Agenda of the committee, item 5")
    panel.vote(personas, case, "approve")
    personas.decider.expect_refusal(case, "approve", because="agenda-published", findings=panel.FINDINGS)
    scenario.wait_days(8, "five clear working days")
    panel.decide(personas, case, "approve")
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Above the threshold: Procurement Act 2023, part 3.",
    )  # fmt: skip
    personas.commissioner.act(case, "choose-contract-route")
    scenario.say("no executive decided, so nobody calls it in and the contract route is open at once")


EVENTS = (*spin_out.EVENTS, "panel-papers-published", "case-approved", "contract-route-chosen")
