"""From the award to the launch."""

from datetime import date, timedelta

from rtp_examples.journeys.api import Case, iterate_items
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.receiver import JsonObject


def incorporate(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Register the mutual as a legal person, commit its finance, and begin the transition."""
    scenario.begin_step("The mutual comes into being")
    personas.lead.expect_refusal(case, "begin-transition", because="legal-entity-exists")
    entity: JsonObject = {"scheme": "GB-COH", "identifier": "09506232", "legalForm": "cic-limited-by-guarantee"}
    personas.lead.act(case, "record-legal-entity", **entity, registeredOn=scenario.today)
    personas.lead.act(
        case, "record-finance-commitment", needed=True, neededPence=7_500_000, committedPence=8_000_000,
        committedOn=scenario.today, reference="Offer letter of a social lender",
    )  # fmt: skip
    personas.lead.appoint(case, "mutual-board", personas.board, mandate="Resolution of the first general meeting")
    personas.lead.expect_refusal(case, "begin-transition", because="legal-entity-verified")
    personas.commissioner.act(case, "record-legal-entity", **entity, registeredOn=scenario.today, verified=True)
    personas.lead.act(case, "begin-transition")
    personas.commissioner.act(case, "begin-transition")


def prepare(
    scenario: Scenario, personas: Personas, case: Case, *, go_live_in: timedelta, pension: str, regulator: str
) -> date:
    """Record everything that the readiness review looks at, of people in numbers only; return the go-live day."""
    scenario.begin_step("Transition")
    go_live = scenario.today + go_live_in
    personas.officer.act(case, "record-go-live-date", on=go_live)
    scenario.drain_events()  # the shortlist is made again by that day
    _consult(scenario, personas, case)
    personas.officer.act(case, "record-employee-liability-information", givenOn=scenario.today, asAt=scenario.today)
    prepare_the_rest(scenario, personas, case, go_live, pension=pension, regulator=regulator)
    return go_live


def prepare_the_rest(
    scenario: Scenario, personas: Personas, case: Case, go_live: date, *, pension: str, regulator: str
) -> None:
    """Record all but how the staff are informed and consulted, and let the representatives look at that meanwhile."""
    officer, lead = personas.officer, personas.lead
    officer.act(case, "record-workforce-snapshot", takenOn=scenario.today, headcount=62, fteHundredths=5_150)
    officer.act(case, "record-pension-vehicle", vehicle=pension, signedOn=scenario.today, guaranteePence=30_000_000)
    officer.act(
        case, "record-leases-and-services", premisesNeeded=True, leasesSignedOn=scenario.today,
        servicesNeeded=True, servicesAgreedOn=scenario.today,
    )  # fmt: skip
    _insure_and_register(scenario, personas, case, go_live, regulator)
    lead.act(case, "record-data-transfer-agreement", signedOn=scenario.today, icoRegistration="ZB123456")
    lead.expect_refusal(case, "begin-readiness-review", because="time-to-dispute-over")
    last_day = lead.get_deadline(case, "consultation-dispute-window")
    scenario.wait_past(last_day, "the union looks at what is on file, and disputes nothing")


UNION: JsonObject = {
    "consultedWith": "recognised-union", "inPlace": "recognised-union", "employerHeadcount": 4200, "transferring": 62,
}  # fmt: skip


def _consult(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Inform the union of the measures on both sides, and consult it on them until there is agreement."""
    personas.lead.act(case, "record-measures-letter", sentOn=scenario.today, measuresEnvisaged=False)
    begun = scenario.today
    said: JsonObject = {**UNION, "begunOn": begun, "informedOn": begun, "employerMeasures": True}
    personas.officer.act(case, "record-tupe-consultation", **said)
    scenario.wait_days(21, "the transfer is consulted on")
    personas.officer.act(
        case, "record-tupe-consultation", **said, endedOn=scenario.today, takenFrom="Consultation file, minutes 1 to 4"
    )


def _insure_and_register(scenario: Scenario, personas: Personas, case: Case, go_live: date, regulator: str) -> None:
    for cover in ("employers-liability", "public-liability"):
        personas.lead.act(
            case, "record-insurance", cover=cover, validFrom=go_live, validTo=go_live + timedelta(days=365),
            limitPence=1_000_000_000,
        )  # fmt: skip
    personas.lead.act(
        case, "record-regulator-registration", regulator=regulator, number="1-10234567890", registeredOn=scenario.today
    )


def review_readiness(personas: Personas, case: Case) -> None:
    personas.lead.act(case, "begin-readiness-review")
    personas.commissioner.act(case, "begin-readiness-review")
    personas.officer.act(case, "begin-readiness-review")


def measure(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Record the baseline that later measures are compared with."""
    year: JsonObject = {
        "periodFrom": scenario.today - timedelta(days=366),
        "periodTo": scenario.today - timedelta(days=1),
    }
    values = [
        {"measure": "sickness-days-per-fte", "definitionVersion": 1, "value": 112, "scale": 1, "unit": "days",
         "source": "personnel system"},
        {"measure": "user-satisfaction", "definitionVersion": 1, "value": 81, "unit": "percent",
         "source": "survey of users"},
    ]  # fmt: skip
    personas.officer.act(case, "record-baseline", **year, values=values)


VISITS: JsonObject = {
    "measure": "service-indicator", "benefit": "visits-kept", "definitionVersion": 1, "unit": "percent",
    "source": "rota system",
}  # fmt: skip


def measure_with_promises(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Record the baseline of what was promised besides."""
    last_year = {"periodFrom": scenario.today - timedelta(days=366), "periodTo": scenario.today - timedelta(days=1)}
    sickness = {
        "measure": "sickness-days-per-fte", "definitionVersion": 1, "value": 112, "scale": 1, "unit": "days",
        "source": "personnel system",
    }  # fmt: skip
    personas.officer.act(case, "record-baseline", **last_year, values=[sickness, {**VISITS, "value": 91}])


def trace_promises(scenario: Scenario, personas: Personas, case: Case, launched_on: date) -> None:
    """Record the first measures, and read what became of every promise."""
    personas.board.act(
        case, "record-measures", periodFrom=launched_on, periodTo=scenario.today, values=[{**VISITS, "value": 98}]
    )
    traced = {each["id"]: each for each in iterate_items(personas.officer.api, f"{case.path}/benefits")}
    standing = {each: (traced[each]["inContract"], traced[each]["standing"]) for each in traced}
    expected = {
        "sickness": ("written", "not-measured"),
        "staff-board-seats": ("left-out", "not-measured"),
        "visits-kept": ("written", "reached"),
    }
    Scenario.require(standing == expected, otherwise=f"the promises stand otherwise: {standing}")
    scenario.say(f"of {len(traced)} promises two are in the contract and one is left out with its reason")


def launch(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Launch: the body's decision maker and the mutual's board sign."""
    personas.decider.act(case, "launch")
    personas.board.act(case, "launch")
    scenario.drain_events()
