"""An employer spins a service out by its own decision; and a case of the past is put on record."""

from datetime import date, timedelta

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.chapters import business_case, contract, interest, panel, transition
from rtp_embedded.journeys.desk import Desk
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case, answered

SAYS = "Employer-led: a trust spins a service out under the Provider Selection Regime; and a case of 2009 is recorded"
BEGINS = date(2027, 2, 1)

DRAFT = {
    "route": "employer-led",
    "employer": "GB-NHS-RRV",
    "serviceName": "Community dental service",
    "sector": "community-health",
    "applicantCount": 9,
    "headcount": 62,
    "conflictsDeclared": True,
}


def tell(story: Story) -> None:
    cast = Cast.at(story, group="staff-portal", employer="trust-officers", commissioner="trust-officers")
    webhook = story.subscribes("trust-subscriber")
    case = interest.draft_and_submit(story, cast, DRAFT, sponsor="p-director", authority="Board minute 2027/12")
    cast.lead.appoints(case, "staff-rep", cast.staff_rep)
    business_case.appraise(story, cast, case)
    business_case.engage_staff(story, cast, case, ballot=False)
    business_case.write_and_submit(
        story, cast, case, route="employer-led",
        without=("ballot-result", "commissioner-support-letter", "subsidy-control-note"),
    )  # fmt: skip
    panel.assure(story, cast, case, commissioner_consents=False)
    _decide(story, cast, case)
    _contract(story, cast, case)
    transition.incorporate(story, cast, case)
    _go_live(story, cast, case)
    story.ends(
        case, events=EVENTS, group="staff-portal", others=("trust-officers", "trust-subscriber"), webhooks=(webhook,),
        strangers=("council-officers", "county-officers"),
    )  # fmt: skip
    _record_the_past(story)


def _decide(story: Story, cast: Cast, case: Case) -> None:
    """A trust's board gives no notice of key decisions: that is for councils."""
    story.chapter("The board")
    cast.officer.does(case, "publish-panel-papers")
    panel.vote(cast, case, "approve")
    panel.decide(cast, case, "approve")


def _contract(story: Story, cast: Cast, case: Case) -> None:
    """A relevant health care service: directly awarded under SI 2023/1348, with a standstill."""
    contract.determine_regime(
        story, cast, case, regime="provider-selection-regime", selectionRoute="direct-award-c",
        relevantHealthCareService=True, legalBasis="Community dental care: SI 2023/1348, Schedule 1 and regulation 9.",
    )  # fmt: skip
    cast.commissioner.does(case, "choose-contract-route")
    contract.stand_still(
        story, cast, case, notice="provider-selection-notice-of-intention", clock="provider-selection-standstill"
    )
    contract.award(story, cast, case)


def _go_live(story: Story, cast: Cast, case: Case) -> None:
    go_live = transition.prepare(
        story, cast, case, go_live_in=timedelta(days=56), pension="nhsps-direction-closed",
        regulator="care-quality-commission",
    )  # fmt: skip
    story.chapter("Launch")
    story.wait_until(go_live - timedelta(days=10), "the last weeks")
    transition.review_readiness(cast, case)
    transition.measure(story, cast, case)
    story.wait_until(go_live, "the staff transfer today")
    transition.launch(story, cast, case)


def _record_the_past(story: Story) -> None:
    """Historic cases can be written down and read; nothing can be done with them."""
    story.chapter("A case of the past")
    team = Desk(story, "mutuals-team", "p-team", called="the central mutuals team")
    told = {
        "employer": "GB-NHS-RRV",
        "serviceName": "Community nursing",
        "sector": "community-health",
        "openedOn": "2009-03-02",
        "status": "refused",
        "endedOn": "2009-11-16",
        "outcome": "The board kept the service; the plan had no figures.",
        "source": "Board papers, 16 November 2009",
    }
    case = team.records(told)
    seen = answered(story.client("trust-officers").get(case.path))
    story.must(seen["route"] == "right-to-request", otherwise="it is on another route")
    story.must(not seen["allowedActions"], otherwise="a case of the past can be acted in")
    story.tell("the trust reads it like any other; nothing can be done with it")
    story.ends(
        case,
        events=("case-imported",),
        group="mutuals-team",
        others=("trust-officers",),
        strangers=("county-officers",),
    )


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 5),
    *("business-case-begun", "business-case-submitted", *["document-frozen"] * 20),
    *("assurance-begun", *["party-changed"] * 3, "panel-papers-published", "case-approved"),
    *("contract-route-chosen", "standstill-begun", "contract-awarded"),
    *("party-changed", "transition-begun"),
    *("deadline-approaching", "deadline-approaching", "readiness-review-begun", "deadline-approaching"),
    "mutual-launched",
)
