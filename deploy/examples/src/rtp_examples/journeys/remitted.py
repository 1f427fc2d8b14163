"""Right to Provide: refused on the merits, escalated, sent back by an independent reviewer, and then accepted."""

from datetime import date, timedelta

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import interest, registers
from rtp_examples.receiver import JsonObject

TITLE = "Right to Provide: a refusal by two people, an appeal, and a second look"
BEGINS_ON = date(2026, 12, 1)

DRAFT: JsonObject = {
    "route": "right-to-provide",
    "employer": "GB-LAE-CMD",
    "serviceName": "Museum learning service",
    "sector": "museums-and-arts",
    "applicantCount": 3,
    "conflictsDeclared": True,
}


def run(scenario: Scenario) -> None:
    personas = Personas.join(
        scenario, group="staff-portal", employer="council-officers", commissioner="council-officers"
    )
    team = ActorClient(scenario, "mutuals-team", "p-team", label="the central mutuals team")
    reviewer = ActorClient(scenario, "review-panel", "p-reviewer", label="an independent reviewer")
    case = interest.draft_and_submit(scenario, personas, DRAFT)
    interest.screen(scenario, personas, case, decision_in=timedelta(days=30))
    _refuse(scenario, personas, case)
    _escalate(scenario, personas, case, team, reviewer)
    _look_again(scenario, personas, case, reviewer)
    scenario.check_end(
        case, events=EVENTS, group="staff-portal", others=("council-officers", "mutuals-team"),
        strangers=("trust-officers", "county-officers"),
    )  # fmt: skip


def _refuse(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Refuse: one person proposes it, another signs the same; the group does not see it pending."""
    scenario.begin_step("A refusal needs two people")
    personas.officer.act(case, "begin-review")
    scenario.wait_days(10, "the merits are reviewed")
    refusal = {"reasons": "The service is about to be redesigned.", "equalityNote": interest.EQUALITY}
    personas.decider.act(case, "refuse-eoi", **refusal)
    personas.decider.expect_refusal(case, "refuse-eoi", because="role")
    scenario.require(
        not personas.lead.read(case)["awaited"], otherwise="the group sees a refusal that is only proposed"
    )
    personas.second.act(case, "refuse-eoi")
    personas.officer.act(case, "publish-decision", decision="refused", reasonsOnFile=True)
    registers.find_published(scenario, case, body=DRAFT["employer"], service=DRAFT["serviceName"])
    personas.lead.read(case)
    scenario.say(f"an appeal is possible until {personas.lead.get_deadline(case, 'appeal-window'):%d %b %Y}")


def _escalate(scenario: Scenario, personas: Personas, case: Case, team: ActorClient, reviewer: ActorClient) -> None:
    """Appeal within the window. The central team appoints a reviewer who belongs to none of the case's bodies."""
    scenario.begin_step("The escalation point")
    barrier = registers.report_barrier(
        scenario, personas, case, kind="unclear-process", body=DRAFT["employer"], askedOf="Director of culture",
        description="Nobody could say which plan the redesign rests on.",
    )  # fmt: skip
    last_day = personas.lead.get_deadline(case, "appeal-window")
    scenario.wait_until(last_day - timedelta(days=3), "the group takes advice")
    personas.lead.act(case, "escalate", grounds="The redesign was never written down; the plan was not read.")
    registers.disclose_barrier(scenario, personas, barrier)
    reviewer.expect_hidden(case)
    team.appoint(case, "escalation-reviewer", reviewer)
    scenario.wait_until(last_day + timedelta(days=7), "the window has closed; an appeal that is pending stays open")
    registers.remove_barrier(
        scenario, personas, barrier, answer="The redesign's papers go to the group today.", outcome="They came."
    )


def _look_again(scenario: Scenario, personas: Personas, case: Case, reviewer: ActorClient) -> None:
    """Have the reviewer send the case back to those who decide; the reviewer may not award anything."""
    scenario.begin_step("Remitted")
    reviewer.act(
        case, "remit", to="eoi-under-review",
        reasons="The ground given had no evidence on file.",
        recommendations="Consider the plan with the service's own figures.",
    )  # fmt: skip
    reviewer.expect_refusal(case, "accept-eoi", because="role", reasons="It should be", equalityNote=interest.EQUALITY)
    [refused, *_] = registers.find_published(scenario, case, body=DRAFT["employer"], service=DRAFT["serviceName"])
    scenario.require(refused["overturned"] == "remitted", otherwise="the register does not say that it was remitted")
    scenario.wait_days(12, "the merits are reviewed anew")
    personas.decider.act(
        case, "accept-eoi", reasons="With its figures the plan convinces.", equalityNote=interest.EQUALITY
    )


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 4),
    *("case-acknowledged", "screening-begun", "decision-date-notified"),
    *("review-begun", "case-refused", "decision-published"),
    *("deadline-approaching", "case-escalated", "barrier-raised", "party-changed", "barrier-closed"),
    *("case-remitted", "eoi-accepted"),
)
