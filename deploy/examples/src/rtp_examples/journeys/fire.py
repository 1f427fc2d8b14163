"""Employer-led, in a fire authority, which decides as a whole (Local Government Act 1972) and has no executive."""

from datetime import date, timedelta

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import contract, panel, spin_out

TITLE = "Employer-led: a fire authority decides as a whole, by an agenda of five clear days"
BEGINS_ON = date(2027, 10, 4)
CLIENT, AUTHORITY = "fire-officers", "GB-LAE-EXFRA"

DRAFT = {
    "route": "employer-led",
    "employer": AUTHORITY,
    "serviceName": "Vehicle workshops",
    "sector": "fire-and-rescue",
    "applicantCount": 5,
    "headcount": 30,
    "conflictsDeclared": True,
}


def run(scenario: Scenario) -> None:
    _record_authority(scenario)
    personas = Personas.join(scenario, group="staff-portal", employer=CLIENT, commissioner=CLIENT)
    case = spin_out.bring_to_the_panel(
        scenario, personas, DRAFT, authority="Minute 2027/44", where="Minutes of the authority"
    )
    _decide(scenario, personas, case)
    scenario.check_end(case, events=EVENTS, group="staff-portal", others=(CLIENT,), strangers=("council-officers",))


def _record_authority(scenario: Scenario) -> None:
    """Record the authority: no register of today lists the combined fire authorities."""
    scenario.begin_step("The authority is put on record")
    team = ActorClient(scenario, "mutuals-team", "p-team", label="the central mutuals team")
    if team.api.get(f"/v1/bodies/{AUTHORITY}").is_success:
        return
    identifier = {"scheme": "GB-LAE", "value": AUTHORITY.rpartition("-")[2]}
    body = {
        "name": "Example Fire and Rescue Authority", "kind": "fire-authority", "nation": "England",
        "identifiers": [identifier],
    }  # fmt: skip
    recorded = read_json(team.request("POST", "/v1/bodies", body))
    scenario.say(f"{team.label} records {recorded['name']}")


def _decide(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Decide as a whole body: its agenda is public before (Local Government Act 1972 ss.100B, 100J); no executive
    decides, so that there is no key decision to announce, and nothing that scrutiny calls in.
    """
    scenario.begin_step("The authority meets")
    personas.officer.expect_refusal(
        case, "publish-key-decision-notice", because="key-decision-notice-is-owed", publishedOn=scenario.today,
        decisionBy=scenario.today + timedelta(days=40), where="Forward plan",
    )  # fmt: skip
    personas.officer.act(case, "publish-panel-papers")
    personas.officer.act(case, "publish-agenda", publishedOn=scenario.today, where="Agenda of the authority, item 6")
    panel.vote(personas, case, "approve")
    personas.decider.expect_refusal(case, "approve", because="agenda-published", findings=panel.FINDINGS)
    scenario.wait_days(6, "five clear days")
    panel.decide(personas, case, "approve", decisionPublishedOn=scenario.today)
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Above the threshold: Procurement Act 2023, part 3.",
    )  # fmt: skip
    personas.commissioner.act(case, "choose-contract-route")


EVENTS = (*spin_out.EVENTS, "panel-papers-published", "case-approved", "contract-route-chosen")
