"""Right to Provide, from the first idea to the launch and the first check after it."""

from datetime import date, timedelta

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.chapters import business_case, contract, interest, panel, transition
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case

SAYS = "Right to Provide: staff of a council's service become a mutual, the long way"
BEGINS = date(2026, 11, 24)

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


def tell(story: Story) -> None:
    cast = Cast.at(story, group="council-intake", employer="council-officers", commissioner="trust-officers")
    webhook = story.subscribes("trust-subscriber")
    case = interest.draft_and_submit(story, cast, DRAFT)
    cast.officer.appoints(case, "staff-rep", cast.staff_rep)
    interest.screen(story, cast, case, decision_in=timedelta(days=50))
    _ask_for_information(story, cast, case)
    interest.review_and_accept(story, cast, case)
    _disclose_and_advise(story, cast, case)
    business_case.appraise(story, cast, case)
    business_case.engage_staff(story, cast, case, ballot=True)
    business_case.write_and_submit(story, cast, case, route="right-to-provide", without=("subsidy-control-note",))
    panel.assure(story, cast, case, commissioner_consents=True)
    _decide(story, cast, case)
    panel.close_conditions(story, cast, case, "pension-bond", "lease")
    _contract(story, cast, case)
    transition.incorporate(story, cast, case)
    _go_live(story, cast, case)
    _first_month(story, cast, case)
    story.ends(
        case, events=EVENTS, group="council-intake", others=("council-officers", "trust-subscriber"),
        webhooks=(webhook,), strangers=("county-officers", "review-panel"),
    )  # fmt: skip


def _ask_for_information(story: Story, cast: Cast, case: Case) -> None:
    story.chapter("A request for information")
    cast.officer.does(
        case, "request-information", items=[
            {"id": "finances", "text": "Income and spending of the service, two years"},
            {"id": "rota", "text": "The rota of the night service"},
        ],
    )  # fmt: skip
    story.wait_days(6, "the group gathers what it was asked for; the clock of the screening rests")
    cast.lead.does(case, "answer-item", item="finances", answer="The tables are in the annex.")
    cast.lead.is_refused(case, "return-information", because="every-item-answered")
    cast.member.does(case, "answer-item", item="rota", declined=True)
    cast.lead.does(case, "return-information")


def _disclose_and_advise(story: Story, cast: Cast, case: Case) -> None:
    story.chapter("The information pack, and an adviser")
    story.wait_days(5, "the council gathers costs, staffing, assets, contracts and pensions")
    today = story.today
    cast.officer.does(case, "disclose-information-pack", cost=today, staffing=today)
    cast.officer.is_refused(case, "start-feasibility", because="information-pack-disclosed")
    cast.officer.does(
        case, "disclose-information-pack", cost=today, staffing=today, assets=today, contracts=today, pensions=today
    )
    adviser = cast.lead.appoints(case, "adviser", cast.adviser)
    cast.lead.does(case, "choose-adviser", adviser=adviser)
    cast.officer.does(case, "start-feasibility")


def _decide(story: Story, cast: Cast, case: Case) -> None:
    """The panel votes, and the notices' clear days must have passed."""
    panel.give_notice(story, cast, case)
    story.chapter("The panel")
    panel.vote(cast, case, "approve-with-conditions")
    conditions = [
        {"id": "pension-bond", "text": "A bond for the pension fund", "dueOn": story.today + timedelta(days=60)},
        {"id": "lease", "text": "Heads of terms for both sites", "dueOn": story.today + timedelta(days=90)},
    ]
    given = {"findings": panel.FINDINGS, "conditions": conditions}
    cast.decider.is_refused(case, "approve-with-conditions", because="key-decision-announced", **given)
    story.wait_days(9, "28 clear days for the key decision, 5 for the agenda")
    panel.decide(cast, case, "approve-with-conditions", conditions=conditions)


def _contract(story: Story, cast: Cast, case: Case) -> None:
    contract.determine_regime(
        story, cast, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Social care above the threshold, not reserved: Procurement Act 2023, part 3.",
    )  # fmt: skip
    cast.commissioner.is_refused(case, "choose-contract-route", because="call-in-window-over")
    panel.call_in_window_passes(story, cast, case)
    cast.commissioner.does(case, "choose-contract-route")
    contract.tender(story, cast, case)
    contract.stand_still(story, cast, case, notice="UK6", clock="standstill")
    contract.award(story, cast, case)


def _go_live(story: Story, cast: Cast, case: Case) -> None:
    """At the first attempt the board says no-go; on the new day both sign."""
    go_live = transition.prepare(
        story, cast, case, go_live_in=timedelta(days=60), pension="lgps-pass-through",
        regulator="care-quality-commission",
    )  # fmt: skip
    cast.commissioner.does(case, "record-notice", kind="UK7", noticeId="2027/S 000-034567", publishedOn=story.today)
    story.chapter("Readiness")
    transition.review_readiness(cast, case)
    cast.board.does(case, "put-back-launch", reasons="Payroll was not tested.", newGoLive=go_live + timedelta(days=14))
    story.wait_until(go_live + timedelta(days=3), "payroll is tested twice")
    transition.review_readiness(cast, case)
    transition.measure(story, cast, case)
    cast.decider.is_refused(case, "launch", because="go-live-day-has-come")
    story.wait_until(go_live + timedelta(days=14), "the staff transfer today")
    story.chapter("Launch")
    transition.launch(story, cast, case)


def _first_month(story: Story, cast: Cast, case: Case) -> None:
    story.wait_days(29, "the mutual's first month")
    cast.commissioner.does(
        case, "record-monitoring-check", kind="30-day", heldOn=story.today, findings="Payroll and rotas run."
    )


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 5),
    *("case-acknowledged", "screening-begun", "decision-date-notified"),
    *("information-requested", "information-returned", "review-begun", "eoi-accepted"),
    *("party-changed", "feasibility-begun", "business-case-begun"),
    *("business-case-submitted", *["document-frozen"] * 22),
    *("assurance-begun", *["party-changed"] * 3, "panel-papers-published"),
    *("case-approved-conditionally", "conditions-closed"),
    *("contract-route-chosen", "tender-published", "standstill-begun", "contract-awarded"),
    *("party-changed", "transition-begun"),
    *("deadline-approaching", "readiness-review-begun", "launch-put-back"),
    *("deadline-approaching", "readiness-review-begun", "deadline-approaching", "deadline-approaching"),
    "mutual-launched",
    *("deadline-approaching", "monitoring-check-recorded"),
)
