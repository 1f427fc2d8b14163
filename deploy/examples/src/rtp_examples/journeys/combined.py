"""Employer-led, in a combined authority: a general exception, a call-in, and its times by SI 2017/68."""

from datetime import date, timedelta

from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import contract, panel, scrutiny, spin_out

TITLE = "Employer-led: a combined authority decides by general exception, and scrutiny calls the decision in"
BEGINS_ON = date(2027, 5, 4)
CLIENT = "authority-officers"

DRAFT = {
    "route": "employer-led",
    "employer": "GB-LAE-CPCA",
    "serviceName": "Adult skills service",
    "sector": "education-and-school-support",
    "applicantCount": 7,
    "headcount": 45,
    "conflictsDeclared": True,
}


def run(scenario: Scenario) -> None:
    personas = Personas.join(scenario, group="staff-portal", employer=CLIENT, commissioner=CLIENT)
    case = spin_out.bring_to_the_panel(
        scenario, personas, DRAFT, authority="Minute 2027/19", where="Minutes of the authority"
    )
    _decide(scenario, personas, case)
    _call_in(scenario, personas, case)
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Above the threshold: Procurement Act 2023, part 3.",
    )  # fmt: skip
    personas.commissioner.act(case, "choose-contract-route")
    scenario.check_end(case, events=EVENTS, group="staff-portal", others=(CLIENT,), strangers=("council-officers",))


def _decide(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Decide without notice of 28 clear days, which is impracticable: scrutiny is told, and five clear days go by
    (SI 2017/68 art 12).
    """
    scenario.begin_step("The authority")
    personas.officer.act(case, "publish-panel-papers")
    personas.officer.act(case, "publish-agenda", publishedOn=scenario.today, where="Agenda of the authority, item 4")
    personas.officer.act(
        case, "notify-general-exception", informed="chair", publishedOn=scenario.today, where="Notices 2027/8",
        reasons="The grant that carries the service is decided on in a fortnight.",
    )  # fmt: skip
    panel.vote(personas, case, "approve")
    personas.decider.expect_refusal(case, "approve", because="key-decision-announced", findings=panel.FINDINGS)
    scenario.wait_days(6, "five clear days")
    panel.decide(personas, case, "approve", decisionPublishedOn=scenario.today)


def _call_in(scenario: Scenario, personas: Personas, case: Case) -> None:
    chair = scrutiny.appoint_chair(scenario, personas, case)
    personas.commissioner.expect_refusal(case, "choose-contract-route", because="call-in-window-over")
    scrutiny.call_in(scenario, personas, case, chair)
    rests_until = personas.officer.get_deadline(case, "scrutiny-direction")
    scenario.require(rests_until == scenario.today + timedelta(days=14), otherwise="it rests for another time")
    scrutiny.reconsider(scenario, personas, case, chair)


EVENTS = (
    *spin_out.EVENTS,
    *("panel-papers-published", "case-approved", "party-changed", "decision-called-in"),
    *("decision-confirmed", "deadline-moved", "contract-route-chosen"),
)
