"""Assurance, the panel, and what follows on its decision."""

from datetime import date, timedelta
from typing import Any

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case, iterate_items
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject

STRANDS = ("finance", "legal", "hr", "value-for-money", "equality", "data", "commissioner")
FINDINGS = {
    "desirability": "Staff and users want it: the ballot and the survey agree.",
    "viability": "The plan breaks even in its second year, with a prudent view of income.",
    "feasibility": "The leadership is in place, and the transition plan is realistic.",
    "valueForMoney": "The net present value is better than that of every other option.",
}


def assure(scenario: Scenario, personas: Personas, case: Case, *, commissioner_consents: bool) -> None:
    """Rate every strand, which the group does not see before the decision."""
    scenario.begin_step("Assurance")
    scenario.wait_days(10, "the strands are looked into")
    for strand in STRANDS:
        rating = "amber" if strand == "finance" else "green"
        personas.officer.act(case, "rate-strand", strand=strand, rating=rating)
    if commissioner_consents:
        personas.commissioner.act(case, "record-commissioner-consent", consents=True)
    scenario.require(
        len(_list_ratings(personas.officer, case)) == len(STRANDS), otherwise="the officer does not see all ratings"
    )
    scenario.require(not _list_ratings(personas.lead, case), otherwise="the group sees ratings before the decision")
    for member in personas.panel:
        personas.decider.appoint(case, "panel-member", member)


def _list_ratings(actor: ActorClient, case: Case) -> list[JsonObject]:
    return list(iterate_items(actor.api, f"{case.path}/records", kind="assurance-rating"))


def give_notice(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Announce the key decision 28 clear days before, and the meeting 5 clear days before, as a council must."""
    personas.officer.act(
        case, "publish-key-decision-notice", publishedOn=scenario.today,
        decisionBy=scenario.today + timedelta(days=60), where="Forward plan 2027/2", decisionMaker="Cabinet",
        members=[personas.decider.person, *(each.person for each in personas.panel)],
    )  # fmt: skip
    personas.officer.act(case, "publish-panel-papers")
    scenario.wait_days(20, "the notice of the key decision is out")
    personas.officer.act(case, "publish-agenda", publishedOn=scenario.today, where="Cabinet agenda, item 7")


def vote(personas: Personas, case: Case, outcome: str) -> None:
    for member in personas.panel:
        member.act(case, "cast-vote", member=member.person, outcome=outcome)


def decide(personas: Personas, case: Case, action: str, **payload: Any) -> None:
    """Decide: the votes are counted, and the group may read the ratings."""
    personas.decider.act(case, action, findings=FINDINGS, **payload)
    Scenario.require(
        len(_list_ratings(personas.lead, case)) == len(STRANDS), otherwise="the ratings stay hidden after the decision"
    )


def record_decision(scenario: Scenario, personas: Personas, case: Case, *, decided_on: date | None = None) -> None:
    """Make the written statement of the executive's decision, of today or an earlier day (SI 2012/2089 reg 12): no
    contract follows without.
    """
    personas.officer.act(
        case, "record-decision", decidedOn=decided_on or scenario.today, decision="The case is approved on conditions.",
        reasons="It is better value than every other option.", alternatives="Keeping the service in house.",
        where="Record of decisions 2027/31",
    )  # fmt: skip


def close_conditions(scenario: Scenario, personas: Personas, case: Case, *conditions: str) -> None:
    """Close each condition with its evidence; then both sides say that all are closed."""
    scenario.begin_step("Conditions are closed")
    personas.lead.expect_refusal(case, "close-conditions", because="every-condition-closed")
    for condition in conditions:
        scenario.wait_days(14, f"the group works on {condition}")
        personas.lead.act(
            case, "evidence-condition", condition=condition, evidence="The signed papers are in the file."
        )
        personas.officer.act(case, "close-condition", condition=condition)
    personas.lead.act(case, "close-conditions")
    personas.officer.act(case, "close-conditions")


def let_call_in_window_pass(scenario: Scenario, personas: Personas, case: Case) -> None:
    scenario.begin_step("Scrutiny has its time")
    scenario.wait_past(personas.commissioner.get_deadline(case, "call-in-window"), "nobody calls the decision in")
