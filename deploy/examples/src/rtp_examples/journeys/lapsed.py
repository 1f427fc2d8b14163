"""A draft that lies idle and lapses, and of which the employer never learns."""

from datetime import date, timedelta

from rtp_examples.journeys.api import Case, iterate_items
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario

TITLE = "Right to Provide: a draft lapses, and the employer never learns that it existed"
BEGINS_ON = date(2027, 1, 11)

DRAFT = {
    "route": "right-to-provide",
    "employer": "GB-LAE-CMD",
    "serviceName": "Night shelter",
    "sector": "housing-and-homelessness",
    "applicantCount": 4,
}
BODIES = ("council-officers", "mutuals-team", "trust-officers")


def run(scenario: Scenario) -> None:
    personas = Personas.join(
        scenario, group="council-intake", employer="council-officers", commissioner="council-officers"
    )
    listed = {client_id: _list_cases(scenario, client_id) for client_id in BODIES}
    scenario.begin_step("A draft")
    case = personas.lead.open(**DRAFT)
    personas.lead.edit(case, summary="Why, and what would be better: to be written.")
    personas.officer.expect_hidden(case)
    _lie_idle(scenario, personas, case)
    _check_nobody_knows(scenario, personas, case, listed)
    scenario.check_end(case, events=EVENTS, group="council-intake", strangers=BODIES)


def _lie_idle(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Let 180 days pass in which nothing happens: after two reminders, the platform lets the case lapse."""
    scenario.begin_step("Nothing happens")
    last_day = personas.lead.get_deadline(case, "idle")
    scenario.wait_until(last_day - timedelta(days=30), "a first reminder goes to the group's client")
    scenario.wait_until(last_day - timedelta(days=7), "a second reminder")
    scenario.wait_until(last_day, "the last day on which the group could go on")
    scenario.require(personas.lead.read(case)["status"] == "draft", otherwise="the draft lapsed before its time")
    scenario.wait_past(last_day, "180 days have passed")
    scenario.require(personas.lead.read(case)["status"] == "lapsed", otherwise="the draft did not lapse")
    scenario.say("the draft has lapsed")


def _check_nobody_knows(scenario: Scenario, personas: Personas, case: Case, listed: dict[str, list[str]]) -> None:
    """Check that no read, list, count or event tells anybody else of the draft."""
    scenario.begin_step("Nobody else knows")
    personas.officer.expect_hidden(case)
    for client_id, before in listed.items():
        scenario.require(_list_cases(scenario, client_id) == before, otherwise=f"the list of {client_id} has changed")
        due = iterate_items(scenario.open_client(client_id), "/v1/deadlines")
        scenario.require(case.id not in str(list(due)), otherwise=f"{client_id} learns of a deadline of the draft")
    public = [
        *iterate_items(scenario.open_anonymous_client(), "/v1/decisions"),
        *iterate_items(scenario.open_anonymous_client(), "/v1/barriers/counts"),
    ]
    scenario.require(case.id not in str(public), otherwise="a public register tells of the draft")
    scenario.say("no list, count or deadline of the bodies has changed, and no public register")


def _list_cases(scenario: Scenario, client_id: str) -> list[str]:
    return [each["id"] for each in iterate_items(scenario.open_client(client_id), "/v1/cases")]


EVENTS = ("case-opened", "deadline-approaching", "deadline-approaching", "case-lapsed")
"""All of them for the group's client alone."""
