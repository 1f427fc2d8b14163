"""The public registers: decisions, and counts of barriers in staff groups' way."""

from typing import Any

from rtp_examples.journeys.api import Case, iterate_items, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject


def find_published(scenario: Scenario, case: Case, *, body: str, service: str) -> list[JsonObject]:
    """Return the public decisions on a body's service, newest first; check that they do not name the case."""
    found = list(iterate_items(scenario.open_anonymous_client(), "/v1/decisions", body=body, q=service))
    scenario.require(found, otherwise=f"no decision on {service} is in the register")
    scenario.require(
        case.number not in str(found) and case.id not in str(found), otherwise="the register names the case"
    )
    newest = found[0]
    state = f", {newest['overturned']} since" if newest["overturned"] else ""
    scenario.say(f"the public register says: {newest['decision']} on {newest['decidedOn']}{state}")
    return found


def report_barrier(scenario: Scenario, personas: Personas, case: Case, **facts: Any) -> str:
    """Report a barrier, which only the group knows of until it discloses it; return its id."""
    reported = read_json(personas.lead.request("POST", f"{case.path}/barriers", facts))
    hidden = list(iterate_items(personas.officer.api, f"{case.path}/barriers"))
    scenario.require(not hidden, otherwise="the body learns of a barrier that is not disclosed")
    scenario.say(f"{personas.lead.label} reports a barrier, {reported['kind']}; the body cannot see it")
    barrier: str = reported["id"]
    return barrier


def disclose_barrier(scenario: Scenario, personas: Personas, barrier: str) -> None:
    read_json(personas.lead.request("POST", f"/v1/barriers/{barrier}/actions/disclose"))
    scenario.say(f"{personas.lead.label} discloses the barrier")


def remove_barrier(scenario: Scenario, personas: Personas, barrier: str, *, answer: str, outcome: str) -> None:
    """Have the body answer the barrier, and the group say that it was removed."""
    payload = {"answer": answer, "dueOn": scenario.today.isoformat()}
    read_json(personas.officer.request("POST", f"/v1/barriers/{barrier}/actions/answer", payload))
    read_json(
        personas.lead.request("POST", f"/v1/barriers/{barrier}/actions/close", {"state": "removed", "outcome": outcome})
    )
    counts = list(iterate_items(scenario.open_anonymous_client(), "/v1/barriers/counts"))
    scenario.require(not counts, otherwise="the public counts tell of a single barrier")
    scenario.say("the barrier is removed, and no public count tells of it, for there are too few")
