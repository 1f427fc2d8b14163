"""Right to Provide, from the first idea to the launch and the first check after it."""

from datetime import date, timedelta

from rtp_examples.journeys.api import Case
from rtp_examples.journeys.personas import Personas
from rtp_examples.journeys.scenario import Scenario
from rtp_examples.journeys.steps import business_case, contract, interest, panel, transition

TITLE = "Right to Provide: staff of a council's service become a mutual, the long way"
BEGINS_ON = date(2026, 11, 24)

DRAFT = {
    "route": "right-to-provide",
    "employer": "GB-LAE-CMD",
    "commissioner": "GB-NHS-RRV",
    "serviceName": "Community learning disability service",
    "summary": "Decisions closer to the people we support, and income from more than one commissioner.",
    "sector": "adult-social-care",
    "applicantCount": 14,
    "headcount": 62,
    "legalForm": "cic-limited-by-guarantee",
    "annualValuePence": 240_000_000,
    "financeSoughtPence": 7_500_000,
    "financePurposes": ["working-capital"],
    "supportNeeds": ["legal", "financial", "governance"],
    "conflictsDeclared": True,
}


def run(scenario: Scenario) -> None:
    personas = Personas.join(
        scenario, group="council-intake", employer="council-officers", commissioner="trust-officers"
    )
    webhook = scenario.subscribe("trust-subscriber")
    case = interest.draft_and_submit(scenario, personas, DRAFT)
    personas.officer.appoint(case, "staff-rep", personas.staff_rep)
    interest.screen(scenario, personas, case, decision_in=timedelta(days=50))
    _ask_for_information(scenario, personas, case)
    interest.review_and_accept(scenario, personas, case)
    _disclose_and_advise(scenario, personas, case)
    business_case.appraise(scenario, personas, case)
    business_case.engage_staff(scenario, personas, case, ballot=True)
    business_case.promise_benefits(scenario, personas, case)
    business_case.write_and_submit(
        scenario, personas, case, route="right-to-provide", without=("subsidy-control-note",)
    )
    panel.assure(scenario, personas, case, commissioner_consents=True)
    _decide(scenario, personas, case)
    panel.close_conditions(scenario, personas, case, "pension-bond", "lease")
    _contract(scenario, personas, case)
    transition.incorporate(scenario, personas, case)
    _go_live(scenario, personas, case)
    _first_month(scenario, personas, case)
    scenario.check_end(
        case, events=EVENTS, group="council-intake", others=("council-officers", "trust-subscriber"),
        webhooks=(webhook,), strangers=("county-officers", "review-panel"),
    )  # fmt: skip


def _ask_for_information(scenario: Scenario, personas: Personas, case: Case) -> None:
    scenario.begin_step("A request for information")
    personas.officer.act(
        case, "request-information", items=[
            {"id": "finances", "text": "Income and spending of the service, two years"},
            {"id": "rota", "text": "The rota of the night service"},
        ],
    )  # fmt: skip
    scenario.wait_days(6, "the group gathers what it was asked for; the clock of the screening rests")
    personas.lead.act(case, "answer-item", item="finances", answer="The tables are in the annex.")
    personas.lead.expect_refusal(case, "return-information", because="every-item-answered")
    personas.member.act(case, "answer-item", item="rota", declined=True)
    personas.lead.act(case, "return-information")


def _disclose_and_advise(scenario: Scenario, personas: Personas, case: Case) -> None:
    scenario.begin_step("The information pack, and an adviser")
    scenario.wait_days(5, "the council gathers costs, staffing, assets, contracts and pensions")
    today = scenario.today
    personas.officer.act(case, "disclose-information-pack", cost=today, staffing=today)
    personas.officer.expect_refusal(case, "start-feasibility", because="information-pack-disclosed")
    personas.officer.act(
        case, "disclose-information-pack", cost=today, staffing=today, assets=today, contracts=today, pensions=today
    )
    adviser = personas.lead.appoint(case, "adviser", personas.adviser)
    personas.lead.act(case, "choose-adviser", partyId=adviser)
    personas.officer.act(case, "start-feasibility")


def _decide(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Let the panel vote, and decide once the notices' clear days have passed."""
    panel.give_notice(scenario, personas, case)
    scenario.begin_step("The panel")
    panel.vote(personas, case, "approve-with-conditions")
    conditions = [
        {"id": "pension-bond", "text": "A bond for the pension fund", "dueOn": scenario.today + timedelta(days=60)},
        {"id": "lease", "text": "Heads of terms for both sites", "dueOn": scenario.today + timedelta(days=90)},
    ]
    payload = {"findings": panel.FINDINGS, "conditions": conditions}
    personas.decider.expect_refusal(case, "approve-with-conditions", because="key-decision-announced", **payload)
    scenario.wait_days(9, "28 clear days for the key decision, 5 for the agenda")
    panel.decide(personas, case, "approve-with-conditions", conditions=conditions)
    panel.record_decision(scenario, personas, case)


def _contract(scenario: Scenario, personas: Personas, case: Case) -> None:
    contract.determine_regime(
        scenario, personas, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Social care above the threshold, not reserved: Procurement Act 2023, part 3.",
    )  # fmt: skip
    personas.commissioner.expect_refusal(case, "choose-contract-route", because="call-in-window-over")
    panel.let_call_in_window_pass(scenario, personas, case)
    personas.commissioner.act(case, "choose-contract-route")
    contract.tender(scenario, personas, case)
    contract.stand_still(scenario, personas, case, notice="UK6", clock="standstill")
    personas.commissioner.expect_refusal(
        case, "award", because="promises-are-in-the-contract", enteredIntoOn=scenario.today, reference="C-2027-118"
    )
    contract.write_benefits_into_contract(personas, case)
    contract.award(scenario, personas, case)


def _go_live(scenario: Scenario, personas: Personas, case: Case) -> None:
    """Put the launch back at the board's first no-go; on the new day both sign."""
    go_live = transition.prepare(
        scenario, personas, case, go_live_in=timedelta(days=60), pension="lgps-pass-through",
        regulator="care-quality-commission",
    )  # fmt: skip
    personas.commissioner.act(
        case, "record-notice", kind="UK7", noticeId="2027/S 000-034567", publishedOn=scenario.today
    )
    contract.publish_contract(scenario, personas, case)
    scenario.begin_step("Readiness")
    transition.review_readiness(personas, case)
    personas.board.act(
        case, "put-back-launch", reasons="Payroll was not tested.", newGoLive=go_live + timedelta(days=14)
    )
    scenario.drain_events()  # the shortlist is made again by that day
    scenario.wait_until(go_live + timedelta(days=3), "payroll is tested twice")
    transition.review_readiness(personas, case)
    transition.measure_with_promises(scenario, personas, case)
    personas.decider.expect_refusal(case, "launch", because="go-live-day-has-come")
    scenario.wait_until(go_live + timedelta(days=14), "the staff transfer today")
    scenario.begin_step("Launch")
    transition.launch(scenario, personas, case)


def _first_month(scenario: Scenario, personas: Personas, case: Case) -> None:
    scenario.wait_days(29, "the mutual's first month")
    personas.commissioner.act(
        case, "record-monitoring-check", kind="30-day", heldOn=scenario.today, findings="Payroll and rotas run."
    )
    transition.trace_promises(scenario, personas, case, scenario.today - timedelta(days=29))


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 5),
    *("case-acknowledged", "screening-begun", "decision-date-notified"),
    *("information-requested", "information-returned", "deadline-moved", "review-begun", "eoi-accepted"),
    *("party-changed", "feasibility-begun", "business-case-begun"),
    *("business-case-submitted", *["document-frozen"] * 22),
    *("assurance-begun", *["party-changed"] * 3, "panel-papers-published"),
    *("case-approved-conditionally", "conditions-closed"),
    *("contract-route-chosen", "tender-published", "standstill-begun", "contract-awarded"),
    *("finance-facts-changed", "party-changed", "transition-begun"),
    *("go-live-date-set", "shortlist-changed", "shortlist-changed"),
    *("deadline-approaching", "deadline-approaching", "deadline-approaching"),
    *("readiness-review-begun", "launch-put-back", "go-live-date-set", "shortlist-changed"),
    *("deadline-approaching", "readiness-review-begun", "deadline-approaching", "deadline-approaching"),
    "mutual-launched",
    *("deadline-approaching", "monitoring-check-recorded"),
)
