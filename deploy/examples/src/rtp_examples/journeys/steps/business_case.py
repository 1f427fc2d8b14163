"""From feasibility to the submitted business case."""

from rtp_examples.journeys.api import Case, iterate_items, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject

OPTIONS = [
    {"id": "as-it-is", "kind": "status-quo", "desirability": 35, "viability": 50, "feasibility": 90},
    {"id": "better-in-house", "kind": "in-house-improvement", "desirability": 55, "viability": 60, "feasibility": 75},
    {"id": "mutual", "kind": "mutual", "desirability": 85, "viability": 70, "feasibility": 65},
    {"id": "outsource", "kind": "outsource", "desirability": 30, "viability": 65, "feasibility": 60},
]
BALLOT = {
    "eligible": 62,
    "votes": 51,
    "inFavour": 43,
    "against": 7,
    "method": "postal, secret",
    "scrutineer": "an independent scrutineer",
}


def appraise(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Appraise scored options, the status quo among them. Both sides then begin the business case."""
    scenario.begin_step("Options appraisal")
    scenario.wait_days(30, "the options are appraised")
    personas.lead.expect_refusal(case, "start-business-case", because="options-appraised")
    personas.lead.act(case, "record-options-appraisal", options=OPTIONS, preferred="mutual")
    personas.lead.act(case, "start-business-case")
    personas.officer.act(case, "start-business-case")


def engage_staff(scenario: Scenario, personas: Personas, case: Case, *, ballot: bool) -> None:
    """Record how staff were engaged, and that their representatives were consulted."""
    scenario.begin_step("Staff are engaged")
    scenario.wait_days(14, "meetings with staff")
    personas.lead.act(
        case, "record-engagement", id="meetings", method="meeting", heldOn=scenario.today, reached=48,
        note="Four meetings on two sites; questions and answers are in the engagement report.",
    )  # fmt: skip
    personas.staff_rep.act(
        case, "record-consultation", id="union-1", heldOn=scenario.today, representatives="UNISON branch",
        note="The branch asks for pensions to be kept; the plan says how.",
    )  # fmt: skip
    if ballot:
        scenario.wait_days(28, "a ballot of the staff")
        personas.officer.act(
            case, "record-engagement", id="ballot", method="ballot", heldOn=scenario.today, ballot=BALLOT
        )
    personas.lead.act(case, "declare-help", belowMarket=[])


PROMISES: list[JsonObject] = [
    {
        "id": "sickness", "description": "Staff who decide are ill less often.", "measure": "sickness-days-per-fte",
        "sense": "at-most", "target": 85, "scale": 1, "unit": "days",
    },
    {
        "id": "visits-kept", "description": "Whoever is visited knows when.", "measure": "service-indicator",
        "sense": "at-least", "target": 97, "unit": "percent",
    },
    {
        "id": "staff-board-seats", "description": "Staff elect three directors.", "measure": "staff-board-seats",
        "sense": "at-least", "target": 3, "unit": "count",
    },
]  # fmt: skip


def promise_benefits(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Promise what will be better, each with its measure and target, and take one back that nobody can keep."""
    by = scenario.today.replace(year=scenario.today.year + 3)
    for each in PROMISES:
        personas.lead.act(case, "promise-benefit", **each, by=by, source="Business case, chapter 2")
    personas.lead.expect_refusal(
        case, "promise-benefit", because="unit-fits", **{**PROMISES[0], "unit": "pence"}, by=by, source="A wish"
    )
    personas.member.act(
        case, "promise-benefit", id="no-waiting", description="Nobody waits.", measure="service-indicator",
        sense="at-most", target=0, unit="days", by=by, source="A wish",
    )  # fmt: skip
    personas.lead.act(case, "withdraw-benefit", benefit="no-waiting", reasons="Nobody can keep it.")


def list_required_documents(scenario: Scenario, route: str) -> list[str]:
    """Return the kinds of documents that the published process requires of a business case."""
    process = read_json(scenario.open_anonymous_client().get(f"/v1/processes/{route}/versions/1"))
    action = next(each for each in process["actions"] if each["name"] == "submit-business-case")
    kinds: list[str] = action["documents"]
    return kinds


def write_and_submit(
    scenario: Scenario, personas: Personas, case: Case, *, route: str, without: tuple[str, ...]
) -> None:
    """Upload the documents and submit them, which freezes them."""
    scenario.begin_step("The business case")
    personas.lead.expect_refusal(case, "submit-business-case", because="documents-complete")
    kinds = [kind for kind in list_required_documents(scenario, route) if kind not in without]
    for kind in kinds:
        personas.lead.upload(case, kind, f"The {kind.replace('-', ' ')} of case {case.number}\n")
    scenario.say(f"the group has uploaded {len(kinds)} documents")
    personas.lead.act(case, "submit-business-case")
    _check_frozen(personas, case, len(kinds))
    scenario.wait_days(3, "the officer looks through the documents")
    personas.officer.act(case, "begin-assurance", remarks="Complete")


def _check_frozen(personas: Personas, case: Case, number: int) -> None:
    listed = list(iterate_items(personas.officer.api, f"{case.path}/documents"))
    frozen = [each for each in listed if each["frozenVersion"] == each["version"]]
    Scenario.require(len(frozen) == number, otherwise=f"{len(frozen)} of {number} documents are frozen")
    personas.lead.scenario.say(f"all {number} are frozen as submitted, each with its SHA-256")
