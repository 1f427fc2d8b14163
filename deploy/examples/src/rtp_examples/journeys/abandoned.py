"""Employer-led, and the tender finds nobody: it is abandoned with its notice, and another way leads to the contract."""

from datetime import date

from rtp_examples.journeys.api import Case, read_json
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import business_case, contract, interest, panel, transition

TITLE = "Employer-led: a trust abandons a tender, and reserves the next one to mutuals"
BEGINS_ON = date(2027, 5, 3)
TRUST = "GB-NHS-RRV"

DRAFT = {
    "route": "employer-led",
    "employer": TRUST,
    "serviceName": "Training centre",
    "sector": "education-and-school-support",
    "applicantCount": 7,
    "headcount": 31,
    "conflictsDeclared": True,
}
LAW = "Procurement Act 2023 s.9: staff training, of which Schedule 1 of the Procurement Regulations 2024 says "


def run(scenario: Scenario) -> None:
    personas = Personas.join(scenario, group="staff-portal", employer="trust-officers", commissioner="trust-officers")
    case = interest.draft_and_submit(scenario, personas, DRAFT, sponsor="p-director", authority="Board minute 2027/40")
    personas.officer.act(
        case, "confirm-spin-out", authority="Board minute 2027/40", decidedOn=scenario.today, sponsor="p-director",
        where="Board papers, April 2027",
    )  # fmt: skip
    personas.lead.appoint(case, "staff-rep", personas.staff_rep)
    business_case.appraise(scenario, personas, case)
    business_case.engage_staff(scenario, personas, case, ballot=False)
    business_case.write_and_submit(
        scenario, personas, case, route="employer-led",
        without=("ballot-result", "commissioner-support-letter", "subsidy-control-note"),
    )  # fmt: skip
    panel.assure(scenario, personas, case, commissioner_consents=False)
    scenario.begin_step("The board")
    personas.officer.act(case, "publish-panel-papers")
    panel.vote(personas, case, "approve")
    panel.decide(personas, case, "approve")
    _abandon(scenario, personas, case)
    _tender_anew(scenario, personas, case)
    _check_record(scenario, personas, case)
    scenario.check_end(
        case, events=EVENTS, group="staff-portal", others=("trust-officers",), strangers=("county-officers",)
    )


def _abandon(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Put the service to tender, and end that without a contract (Procurement Act 2023 s.55)."""
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-open", lightTouch=True, relevantHealthCareService=False,
        legalBasis=f"{LAW}that it is light touch.",
    )  # fmt: skip
    personas.commissioner.act(case, "choose-contract-route")
    contract.tender(scenario, personas, case)
    scenario.begin_step("Nobody who bids can do it: the tender is abandoned")
    personas.commissioner.act(
        case, "end-procurement", reference="Decision 2027/51", decidedOn=scenario.today,
        reasons="Neither tender met the conditions of participation.",
    )  # fmt: skip


def _tender_anew(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Take another way: nothing of the former procurement counts, and its notice comes first."""
    tender = {"kind": "UK4", "noticeId": "2027/S 000-031415", "publishedOn": scenario.today}
    personas.commissioner.expect_refusal(case, "publish-tender", because="regime-determined", **tender)
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-reserved", lightTouch=True, relevantHealthCareService=False,
        legalBasis=f"{LAW}R; s.33 of the Act.",
    )  # fmt: skip
    personas.commissioner.act(case, "record-procurement-facts", cpv=["80511000-9"], instrument="contract")
    personas.commissioner.expect_refusal(case, "publish-tender", because="former-procurement-noticed", **tender)
    personas.commissioner.act(
        case, "record-notice", kind="UK12", noticeId="2027/S 000-027182", publishedOn=scenario.today
    )
    personas.commissioner.act(case, "publish-tender", **tender)
    scenario.wait_days(30, "mutuals tender")
    personas.commissioner.act(
        case, "record-notice", kind="UK6", noticeId="2027/S 000-035777", publishedOn=scenario.today
    )
    contract.award(scenario, personas, case)
    personas.commissioner.expect_refusal(
        case, "record-notice", because="notice-is-not-relied-on", kind="UK6", noticeId="2027/S 000-099999",
        publishedOn=scenario.today,
    )  # fmt: skip


def _check_record(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Find the contract in the trust's records of awards, where the next cooling-off counts it."""
    transition.incorporate(scenario, personas, case)
    answer = scenario.open_client("staff-portal").get("/v1/procurement/awards", params={"authority": TRUST})
    records = [each for each in read_json(answer)["items"] if each["source"] == "Notice 2027/S 000-035777"]
    scenario.require(len(records) == 1, otherwise="the award is not on record once")
    scenario.require(
        records[0]["reservedUnder"] == "procurement-act-section-33", otherwise="it is not on record as reserved"
    )
    scenario.say(f"the contract with {records[0]['provider']} stands in the records of awards")


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 4),
    *("spin-out-confirmed", "party-changed"),
    *("business-case-begun", "business-case-submitted", *["document-frozen"] * 20),
    *("assurance-begun", *["party-changed"] * 3, "panel-papers-published", "case-approved"),
    *("contract-route-chosen", "tender-published", "procurement-ended", "tender-published", "contract-awarded"),
    *("finance-facts-changed", "finance-facts-changed", "party-changed", "transition-begun", "shortlist-changed"),
)
