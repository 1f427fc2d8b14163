"""From the draft to the answer on the expression of interest."""

from datetime import timedelta
from typing import Any

from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject

EQUALITY = "Users of the service were consulted; no group is treated worse (Equality Act 2010, section 149)."


def draft_and_submit(scenario: Scenario, personas: Personas, draft: JsonObject, **payload: Any) -> Case:
    """Open a draft, which only the group sees, and submit it, which discloses it to the bodies that it names."""
    scenario.begin_step("A draft, and its disclosure")
    case = personas.lead.open(**draft)
    personas.officer.expect_hidden(case)
    personas.lead.appoint(case, "applicant-member", personas.member)
    personas.lead.act(case, "submit", **payload)
    scenario.drain_events()
    personas.officer.read(case)
    scenario.say("now the bodies that the case names see it; advisers are proposed, and a finance shortlist is made")
    personas.appoint_officials(case)
    return case


def screen(scenario: Scenario, personas: Personas, case: Case, *, decision_in: timedelta) -> None:
    """Screen the case: send the receipt first, and tell the group when a decision is expected."""
    scenario.begin_step("Screening")
    personas.officer.expect_refusal(case, "begin-screening", because="acknowledgement-sent")
    personas.officer.act(case, "acknowledge", sentOn=scenario.today, sponsorNamed=True)
    personas.officer.act(case, "begin-screening")
    personas.officer.expect_refusal(case, "begin-review", because="decision-date-notified")
    scenario.wait_days(1, "a letter tells the group when to expect a decision")
    personas.officer.act(
        case, "notify-decision-date", notifiedOn=scenario.today, expectedOn=scenario.today + decision_in
    )


def announce(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Announce the decision of the executive 28 clear days before, and its meeting 5 clear days before."""
    scenario.begin_step("Notice of the decision")
    personas.officer.act(
        case, "publish-key-decision-notice", publishedOn=scenario.today, where="Forward plan 2027/4",
        decisionBy=scenario.today + timedelta(days=60), decisionMaker="Cabinet", members=[personas.decider.person],
    )  # fmt: skip


def review_and_accept(scenario: Scenario, personas: Personas, case: Case, *, announced: bool = False) -> None:
    scenario.begin_step("The merits")
    personas.officer.act(case, "begin-review")
    scenario.wait_days(20, "the merits are reviewed")
    if announced:
        personas.officer.act(case, "publish-agenda", publishedOn=scenario.today, where="Cabinet agenda, item 3")
        personas.decider.expect_refusal(
            case, "accept-eoi", because="key-decision-announced", reasons="It fits", equalityNote=EQUALITY
        )
        scenario.wait_days(9, "28 clear days for the decision, 5 for the agenda")
    personas.officer.expect_refusal(
        case, "accept-eoi", because="role", reasons="It fits our plans", equalityNote=EQUALITY
    )
    personas.decider.act(
        case,
        "accept-eoi",
        reasons="The group knows the service, and its plan fits the council's strategy for carers.",
        equalityNote=EQUALITY,
        releaseTime="Half a day a week for each of the group",
        wellBeing="Local jobs stay, and the service reaches the villages that are far from any other.",
    )
