"""Assurance, the panel, and what follows on its decision."""

from datetime import timedelta
from typing import Any

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.desk import Desk
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case, pages

STRANDS = ("finance", "legal", "hr", "value-for-money", "equality", "data", "commissioner")
FINDINGS = {
    "desirability": "Staff and users want it: the ballot and the survey agree.",
    "viability": "The plan breaks even in its second year, with a prudent view of income.",
    "feasibility": "The leadership is in place, and the transition plan is realistic.",
    "valueForMoney": "The net present value is better than that of every other option.",
}


def assure(story: Story, cast: Cast, case: Case, *, commissioner_consents: bool) -> None:
    """Every strand is rated, which the group does not see before the decision."""
    story.chapter("Assurance")
    story.wait_days(10, "the strands are looked into")
    for strand in STRANDS:
        rating = "amber" if strand == "finance" else "green"
        cast.officer.does(case, "rate-strand", strand=strand, rating=rating)
    if commissioner_consents:
        cast.commissioner.does(case, "record-commissioner-consent", consents=True)
    story.must(len(_ratings(cast.officer, case)) == len(STRANDS), otherwise="the officer does not see all ratings")
    story.must(not _ratings(cast.lead, case), otherwise="the group sees ratings before the decision")
    for member in cast.panel:
        cast.decider.appoints(case, "panel-member", member)


def _ratings(desk: Desk, case: Case) -> list[dict[str, Any]]:
    return list(pages(desk.api, f"{case.path}/records", kind="assurance-rating"))


def give_notice(story: Story, cast: Cast, case: Case) -> None:
    """A council announces a key decision 28 clear days before, and the meeting 5 clear days before."""
    cast.officer.does(
        case, "publish-key-decision-notice", publishedOn=story.today,
        decisionBy=story.today + timedelta(days=60), where="Forward plan 2027/2",
    )  # fmt: skip
    cast.officer.does(case, "publish-panel-papers")
    story.wait_days(20, "the notice of the key decision is out")
    cast.officer.does(case, "publish-agenda", publishedOn=story.today, where="Cabinet agenda, item 7")


def vote(cast: Cast, case: Case, outcome: str) -> None:
    for member in cast.panel:
        member.does(case, "cast-vote", member=member.person, outcome=outcome)


def decide(cast: Cast, case: Case, action: str, **given: Any) -> None:
    """With the decision the votes are counted, and the group may read the ratings."""
    cast.decider.does(case, action, findings=FINDINGS, **given)
    Story.must(len(_ratings(cast.lead, case)) == len(STRANDS), otherwise="the ratings stay hidden after the decision")


def close_conditions(story: Story, cast: Cast, case: Case, *conditions: str) -> None:
    """Each is closed with its evidence; then both sides say that all are."""
    story.chapter("Conditions are closed")
    cast.lead.is_refused(case, "close-conditions", because="every-condition-closed")
    for condition in conditions:
        story.wait_days(14, f"the group works on {condition}")
        cast.lead.does(case, "evidence-condition", condition=condition, evidence="The signed papers are in the file.")
        cast.officer.does(case, "close-condition", condition=condition)
    cast.lead.does(case, "close-conditions")
    cast.officer.does(case, "close-conditions")


def call_in_window_passes(story: Story, cast: Cast, case: Case) -> None:
    story.chapter("Scrutiny has its time")
    story.wait_past(cast.commissioner.deadline(case, "call-in-window"), "nobody calls the decision in")
