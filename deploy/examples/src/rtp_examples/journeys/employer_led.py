"""An employer spins a service out by its own decision; and a case of the past is put on record."""

from datetime import date, timedelta

from rtp_examples.journeys.actor_client import ActorClient
from rtp_examples.journeys.api import Case, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import contract, panel, spin_out, transition

TITLE = "Employer-led: a trust spins a service out under the Provider Selection Regime; and a case of 2009 is recorded"
BEGINS_ON = date(2027, 2, 1)

DRAFT = {
    "route": "employer-led",
    "employer": "GB-NHS-RRV",
    "serviceName": "Community dental service",
    "sector": "community-health",
    "applicantCount": 9,
    "headcount": 62,
    "conflictsDeclared": True,
}


def run(scenario: Scenario) -> None:
    personas = Personas.join(scenario, group="staff-portal", employer="trust-officers", commissioner="trust-officers")
    webhook = scenario.subscribe("trust-subscriber")
    case = go_to_transition(scenario, personas)
    _go_live(scenario, personas, case)
    scenario.check_end(
        case, events=EVENTS, group="staff-portal", others=("trust-officers", "trust-subscriber"), webhooks=(webhook,),
        strangers=("council-officers", "county-officers"),
    )  # fmt: skip
    _record_the_past(scenario)


def go_to_transition(scenario: Scenario, personas: Personas) -> Case:
    """Open a case, and take it by the board's decision and the award to the transition; return it."""
    case = spin_out.bring_to_the_panel(
        scenario, personas, DRAFT, authority="Board minute 2027/12", where="Board papers, January 2027"
    )
    _decide(scenario, personas, case)
    _contract(scenario, personas, case)
    transition.incorporate(scenario, personas, case)
    return case


def _decide(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Decide without notice of a key decision: that is for councils, not for a trust's board."""
    scenario.begin_step("The board")
    personas.officer.act(case, "publish-panel-papers")
    panel.vote(personas, case, "approve")
    panel.decide(personas, case, "approve")


def _contract(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Award the contract without a competition under SI 2023/1348, as for a relevant health care service, with a
    standstill: as the most suitable provider, for a new mutual is no existing provider.
    """
    regime = {"regime": "provider-selection-regime", "relevantHealthCareService": True}
    basis = "Community dental care: SI 2023/1348, Schedule 1 and regulation "
    contract.determine_regime(
        scenario, personas, case, **regime, selectionRoute="direct-award-c", legalBasis=f"{basis}9."
    )  # fmt: skip
    personas.commissioner.expect_refusal(case, "choose-contract-route", because="regime-is-open")
    contract.determine_regime(
        scenario, personas, case, **regime, selectionRoute="most-suitable-provider", legalBasis=f"{basis}10."
    )  # fmt: skip
    personas.commissioner.act(
        case, "record-procurement-facts", cpv=["85130000-9"], instrument="contract", existingProvider=True,
        providerHoldsContract=False, providerSucceeds=False, onlyExistingCapable=False, patientChoice=False,
        mostSuitableIdentifiable=True,
    )  # fmt: skip
    personas.commissioner.act(case, "choose-contract-route")
    contract.choose_most_suitable_provider(scenario, personas, case)
    contract.stand_still(
        scenario, personas, case, notice="provider-selection-notice-of-intention", clock="provider-selection-standstill"
    )
    contract.award(scenario, personas, case)
    contract.announce_award(scenario, personas, case)


def _go_live(scenario: Scenario, personas: Personas, case: Case) -> None:
    go_live = transition.prepare(
        scenario, personas, case, go_live_in=timedelta(days=56), pension="nhsps-direction-closed",
        regulator="care-quality-commission",
    )  # fmt: skip
    scenario.begin_step("Launch")
    scenario.wait_until(go_live - timedelta(days=10), "the last weeks")
    transition.review_readiness(personas, case)
    transition.measure(scenario, personas, case)
    scenario.wait_until(go_live, "the staff transfer today")
    transition.launch(scenario, personas, case)


def _record_the_past(scenario: Scenario) -> None:
    """Record a historic case: it can be read, and nothing can be done with it."""
    scenario.begin_step("A case of the past")
    team = ActorClient(scenario, "mutuals-team", "p-team", label="the central mutuals team")
    facts = {
        "employer": "GB-NHS-RRV",
        "serviceName": "Community nursing",
        "sector": "community-health",
        "openedOn": "2009-03-02",
        "status": "refused",
        "endedOn": "2009-11-16",
        "outcome": "The board kept the service; the plan had no figures.",
        "source": "Board papers, 16 November 2009",
    }
    case = team.record(facts)
    seen = read_json(scenario.open_client("trust-officers").get(case.path))
    scenario.require(seen["route"] == "right-to-request", otherwise="it is on another route")
    scenario.require(not seen["allowedActions"], otherwise="a case of the past can be acted in")
    scenario.say("the trust reads it like any other; nothing can be done with it")
    scenario.check_end(
        case,
        events=("case-imported",),
        group="mutuals-team",
        others=("trust-officers",),
        strangers=("county-officers",),
    )


EVENTS_TO_TRANSITION = (
    *(*spin_out.EVENTS, "panel-papers-published", "case-approved"),
    *("contract-route-chosen", "standstill-begun", "contract-awarded"),
    *("finance-facts-changed", "finance-facts-changed", "party-changed", "transition-begun"),
)
EVENTS = (
    *EVENTS_TO_TRANSITION,
    *("go-live-date-set", "shortlist-changed", "shortlist-changed"),
    *("deadline-approaching", "deadline-approaching", "readiness-review-begun", "deadline-approaching"),
    "mutual-launched",
)
