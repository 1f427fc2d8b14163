"""Community Right to Challenge: accepted, and then somebody else wins the tender. Localism Act 2011, sections 81-86."""

from datetime import date, timedelta

from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import contract, interest, registers
from rtp_examples.receiver import JsonObject

TITLE = "Community Right to Challenge: accepted, put to tender, and lost"
BEGINS_ON = date(2027, 3, 1)

DRAFT: JsonObject = {
    "route": "community-right-to-challenge",
    "employer": "GB-LAE-WAR",
    "serviceName": "Mobile libraries",
    "sector": "libraries-and-archives",
    "applicantCount": 1,
    "headcount": 23,
    "conflictsDeclared": True,
}


INTEREST: JsonObject = {
    "finances": "Reserves pledged by the group, and a loan offered by a social lender.",
    "capability": "The crews who staff the vans today; a manager and an accountant by the procurement.",
    "service": "Mobile libraries: four vans and their stock.",
    "area": "The whole of the county",
    "outcomes": "Every village visited once a week; lending kept at today's level.",
    "socialValue": "Company and help with forms for people who live alone.",
    "economicValue": "Repairs and stock bought in the county.",
    "environmentalValue": "Two vans replaced by electric ones.",
    "userNeeds": "Routes follow what 300 readers answered.",
    "employeeEngagement": "Monthly meetings with the 21 colleagues who did not apply, and their union.",
    "forANamedPerson": False,
    "partners": [
        {
            "name": "Example Vans Ltd",
            "kind": "subcontractor",
            "finances": "Audited accounts of three years.",
            "capability": "Maintains the vans today.",
        }
    ],
}


def run(scenario: Scenario) -> None:
    personas = Personas.join(scenario, group="staff-portal", employer="county-officers", commissioner="county-officers")
    case = _challenge(scenario, personas)
    _consider(scenario, personas, case)
    _procure(scenario, personas, case)
    _lose(scenario, personas, case)
    scenario.check_end(
        case, events=EVENTS, group="staff-portal", others=("county-officers", "mutuals-team"),
        strangers=("council-officers", "trust-officers"),
    )  # fmt: skip


def _challenge(scenario: Scenario, personas: Personas) -> Case:
    """Challenge: two employees at least, and only in the periods that the authority published (section 82)."""
    scenario.begin_step("A challenge, in the period that the county published")
    case = personas.lead.open(**DRAFT)
    personas.officer.expect_hidden(case)
    personas.lead.expect_refusal(case, "submit", because="enough-employees")
    personas.lead.edit(case, applicantCount=2)
    personas.lead.appoint(case, "applicant-member", personas.member)
    scenario.wait_until(date(2027, 4, 1), "the county takes challenges until 30 June, and may refuse any other")
    personas.lead.expect_refusal(case, "submit", because="content-is-complete")
    personas.lead.act(case, "describe-interest", **INTEREST)
    personas.lead.act(case, "submit")
    scenario.drain_events()
    personas.appoint_officials(case)
    return case


def _consider(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Accept: the decision date is notified in 30 days, the decision taken within the county's period (s.84)."""
    interest.screen(scenario, personas, case, decision_in=timedelta(days=150))
    personas.officer.expect_refusal(
        case, "request-information", because="statutory-items-only",
        items=[{"id": "logo", "text": "A logo"}],
    )  # fmt: skip
    interest.announce(scenario, personas, case)
    interest.review_and_accept(scenario, personas, case, announced=True)
    personas.officer.act(
        case, "record-decision", decidedOn=scenario.today, decision="The expression of interest is accepted.",
        reasons="It serves readers well.", alternatives="Refusing it; no ground applies.", where="Decisions 2027/9",
    )  # fmt: skip
    [accepted, *_] = registers.find_published(scenario, case, body=DRAFT["employer"], service=DRAFT["serviceName"])
    scenario.require(accepted["decision"] == "accepted", otherwise="the acceptance is not published")


def _procure(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Begin the procurement that follows acceptance, between the shortest and longest gap published (s.83)."""
    scenario.begin_step("A procurement that anybody may win")
    notice = {
        "applicantsToldOn": scenario.today, "reference": "CRC/2027/4",
        "wellBeing": "Bidders are asked what they do for the villages.",
    }  # fmt: skip
    personas.commissioner.expect_refusal(case, "begin-procurement", because="within-published-gap", **notice)
    scenario.wait_days(95, "three months at least, says the county's notice")
    personas.commissioner.act(case, "begin-procurement", **notice)
    personas.commissioner.expect_refusal(
        case, "record-regime", because="regime-open-to-challenge", determinedOn=scenario.today,
        regime="procurement-act-reserved", relevantHealthCareService=False, legalBasis="Reserved to mutuals",
    )  # fmt: skip
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Procurement Act 2023, part 3: an open procedure.",
    )  # fmt: skip
    contract.tender(scenario, personas, case)


def _lose(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Lose the tender: a legitimate end, of which the applicants are owed feedback."""
    scenario.begin_step("Somebody else wins")
    number = "2027/S 000-045678"
    personas.commissioner.act(case, "record-notice", kind="UK6", noticeId=number, publishedOn=scenario.today)
    personas.commissioner.expect_refusal(case, "record-tender-lost", because="feedback-given", awardNoticeId=number)
    personas.commissioner.act(case, "record-tender-lost", awardNoticeId=number, feedbackGivenOn=scenario.today)


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 4),
    *("case-acknowledged", "screening-begun", "decision-date-notified"),
    *("review-begun", "eoi-accepted", "decision-published"),
    *("procurement-begun", "tender-published", "tender-lost"),
)
