"""Scrutiny of a decision that is made and not carried out yet."""

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario


def appoint_chair(scenario: Scenario, personas: Personas, case: Case) -> ActorClient:
    chair = ActorClient(scenario, personas.decider.client_id, "p-scrutiny", label="the chair of scrutiny")
    personas.decider.appoint(case, "scrutiny-chair", chair)
    return chair


def call_in(scenario: Scenario, personas: Personas, case: Case, chair: ActorClient) -> None:
    """Call the decision in: nothing of it is carried out meanwhile."""
    scenario.begin_step("The decision is called in")
    personas.decider.expect_refusal(case, "call-in", because="role", reasons="It was ours.")
    chair.act(case, "call-in", reasons="Users were not asked about the opening hours.")
    personas.decider.expect_refusal(case, "confirm-after-call-in", because="scrutiny-responded", reasons="It stands.")


def reconsider(scenario: Scenario, personas: Personas, case: Case, chair: ActorClient) -> None:
    """Hear what scrutiny recommends, and let the decision stand."""
    scenario.wait_days(3, "the committee meets")
    received = scenario.today
    scenario.wait_days(1, "what it recommends is entered the day after the body received it")
    chair.act(
        case, "record-scrutiny-response", receivedOn=received, reasons="Ask the users, and publish what they say."
    )
    scenario.wait_days(3, "the users are asked")
    personas.decider.act(case, "confirm-after-call-in", reasons="They were asked, and the hours stay as they are.")
