"""Employer-led, with a transfer of staff that runs late: the mutual's letter, a dispute, and the list of the staff."""

from datetime import date, timedelta

from rtp_examples.journeys import employer_led
from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import transition
from rtp_examples.receiver import JsonObject

TITLE = "Employer-led: the mutual's letter on the staff comes late, and the union disputes the consultation"
BEGINS_ON = date(2027, 2, 1)


def run(scenario: Scenario) -> None:
    personas = Personas.join(scenario, group="staff-portal", employer="trust-officers", commissioner="trust-officers")
    case = employer_led.go_to_transition(scenario, personas)
    go_live = scenario.today + timedelta(days=70)
    begun = _inform_too_early(scenario, personas, case, go_live)
    _get_letter(scenario, personas, case, begun)
    _give_list_late(scenario, personas, case)
    transition.prepare_the_rest(
        scenario, personas, case, go_live, pension="nhsps-direction-closed", regulator="care-quality-commission"
    )
    _review_and_dispute(scenario, personas, case, go_live)
    scenario.check_end(
        case, events=EVENTS, group="staff-portal", others=("trust-officers",), strangers=("council-officers",)
    )


def _inform_too_early(scenario: Scenario, personas: Personas, case: Case, go_live: date) -> date:
    """Inform the union before the mutual has said which measures it envisages: they are part of it (reg 13(2)(d))."""
    scenario.begin_step("The letter that is not there")
    personas.officer.act(case, "record-go-live-date", on=go_live)
    scenario.drain_events()  # the shortlist is made again by that day
    begun = scenario.today
    said: JsonObject = {**transition.UNION, "begunOn": begun, "informedOn": begun, "employerMeasures": False}
    personas.officer.expect_refusal(
        case, "record-tupe-consultation", because="direct-consultation-allowed",
        **{**said, "consultedWith": "employees-directly"},
    )  # fmt: skip
    personas.officer.act(case, "record-tupe-consultation", **said)
    scenario.wait_days(35, "the mutual's first board meets")
    personas.staff_rep.act(
        case,
        "dispute-consultation",
        id="measures",
        reasons="Nobody told us what the mutual means to do with the rotas.",
    )
    personas.officer.expect_refusal(
        case, "record-tupe-consultation", because="ends-without-open-dispute", **said, endedOn=scenario.today,
        takenFrom="Consultation file, minutes 1 to 3",
    )  # fmt: skip
    personas.lead.expect_refusal(case, "begin-readiness-review", because="measures-told")
    return begun


def _get_letter(scenario: Scenario, personas: Personas, case: Case, begun: date) -> None:
    """Put the letter on file with its true day, inform the union anew, and consult it from then."""
    personas.lead.act(case, "record-measures-letter", sentOn=scenario.today, measuresEnvisaged=True)
    personas.lead.expect_refusal(case, "begin-readiness-review", because="informed-of-the-measures")
    informed = scenario.today
    said: JsonObject = {
        **transition.UNION, "begunOn": begun, "informedOn": informed, "measuresLetterOn": informed,
        "employerMeasures": False, "takenFrom": "Consultation file, minutes 1 to 6",
    }  # fmt: skip
    personas.officer.act(case, "record-tupe-consultation", **said)
    personas.officer.act(
        case, "answer-consultation-dispute", dispute="measures", answer="The mutual's letter is with you as of today."
    )
    scenario.wait_days(8, "the union and the mutual talk about rotas")
    personas.officer.act(case, "record-tupe-consultation", **said, endedOn=scenario.today)
    personas.lead.expect_refusal(case, "begin-readiness-review", because="time-to-dispute-over")
    scenario.wait_until(informed + timedelta(days=21), "the union asks to go on, and both agree")
    personas.officer.act(case, "record-tupe-consultation", **said, endedOn=scenario.today)


def _give_list_late(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Give the employee liability information less than 28 days before: with its reason it is taken, and shown late."""
    scenario.begin_step("The list of the staff")
    given: JsonObject = {"givenOn": scenario.today, "asAt": scenario.today}
    personas.officer.expect_refusal(
        case, "record-employee-liability-information", because="lateness-is-explained", **given
    )
    personas.officer.act(
        case, "record-employee-liability-information", **given, specialCircumstances=True,
        lateBecause="The payroll's provider failed in the month before; the list was whole yesterday.",
    )  # fmt: skip


def _review_and_dispute(scenario: Scenario, personas: Personas, case: Case, go_live: date) -> None:
    """Hold the launch up by a dispute in the last days, until it is answered."""
    scenario.begin_step("Launch")
    transition.review_readiness(personas, case)
    transition.measure(scenario, personas, case)
    personas.staff_rep.act(
        case, "dispute-consultation", id="rooms", reasons="We were promised a room to meet in, and had none."
    )
    scenario.wait_until(go_live, "the day has come")
    personas.decider.expect_refusal(case, "launch", because="disputes-answered")
    personas.officer.act(case, "answer-consultation-dispute", dispute="rooms", answer="There is one, from today.")
    transition.launch(scenario, personas, case)


EVENTS = (
    *employer_led.EVENTS_TO_TRANSITION,
    *("go-live-date-set", "shortlist-changed", "shortlist-changed"),
    *("deadline-approaching", "consultation-disputed", "consultation-dispute-answered"),
    *("deadline-approaching", "deadline-approaching", "deadline-missed", "deadline-approaching"),
    *("readiness-review-begun", "consultation-disputed", "deadline-approaching", "consultation-dispute-answered"),
    "mutual-launched",
)
