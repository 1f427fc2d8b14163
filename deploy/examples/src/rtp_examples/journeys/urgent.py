"""Employer-led, in a council with a cabinet: a decision of special urgency, its record, and a call-in."""

from datetime import date

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import contract, panel, scrutiny, spin_out

TITLE = "Employer-led: a cabinet decides what cannot be deferred, and scrutiny calls the decision in"
BEGINS_ON = date(2027, 3, 1)
CLIENT = "council-officers"

DRAFT = {
    "route": "employer-led",
    "employer": "GB-LAE-CMD",
    "serviceName": "Library service",
    "sector": "libraries-and-archives",
    "applicantCount": 8,
    "headcount": 52,
    "conflictsDeclared": True,
}


def run(scenario: Scenario) -> None:
    personas = Personas.join(scenario, group="staff-portal", employer=CLIENT, commissioner=CLIENT)
    case = spin_out.bring_to_the_panel(
        scenario, personas, DRAFT, authority="Cabinet minute 2027/31", where="Minutes of the cabinet"
    )
    chair = scrutiny.appoint_chair(scenario, personas, case)
    decided_on = _decide(scenario, personas, case, chair)
    scrutiny.call_in(scenario, personas, case, chair)
    scrutiny.reconsider(scenario, personas, case, chair)
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Above the threshold: Procurement Act 2023, part 3.",
    )  # fmt: skip
    personas.commissioner.expect_refusal(case, "choose-contract-route", because="decision-recorded")
    panel.record_decision(scenario, personas, case, decided_on=decided_on)
    personas.commissioner.act(case, "choose-contract-route")
    scenario.check_end(case, events=EVENTS, group="staff-portal", others=(CLIENT,), strangers=("trust-officers",))


def _decide(scenario: Scenario, personas: Personas, case: Case, chair: ActorClient) -> date:
    """Decide at shorter notice (SI 2012/2089 reg 6(1)(b)), once the chair of scrutiny agrees that the decision is
    urgent and cannot reasonably be deferred (reg 11): nobody agrees in the chair's place. Return the day.
    """
    scenario.begin_step("The cabinet")
    urgent = {
        "what": "key-decision", "agreedBy": "scrutiny-chair", "agreedOn": scenario.today, "where": "Notices 2027/3",
        "reasons": "The lease of the main library ends this week.",
    }  # fmt: skip
    personas.officer.act(case, "publish-panel-papers")
    personas.officer.act(
        case, "convene-at-shorter-notice", convenedOn=scenario.today, where="Notice of the meeting",
        reasons="The lease of the main library ends this week.",
    )  # fmt: skip
    personas.officer.act(case, "publish-agenda", publishedOn=scenario.today, where="Cabinet agenda, item 2")
    panel.vote(personas, case, "approve")
    personas.decider.expect_refusal(case, "approve", because="key-decision-announced", findings=panel.FINDINGS)
    personas.officer.expect_refusal(case, "agree-special-urgency", because="urgency-is-agreed", **urgent)
    chair.act(case, "agree-special-urgency", **urgent)
    evening = scenario.today
    scenario.wait_days(1, "the minutes are written, and the decision is entered from them")
    panel.decide(personas, case, "approve", decidedOn=evening, decisionPublishedOn=scenario.today)
    return evening


EVENTS = (
    *(*spin_out.EVENTS, "party-changed"),
    *(
        "panel-papers-published",
        "case-approved",
        "decision-called-in",
        "decision-confirmed",
        "deadline-moved",
        "contract-route-chosen",
    ),
)
