"""Right to Provide: refused on the merits, escalated, sent back by an independent reviewer, and then accepted."""

from datetime import date, timedelta
from typing import Any

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.chapters import interest, registers
from rtp_embedded.journeys.desk import Desk
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case

SAYS = "Right to Provide: a refusal by two people, an appeal, and a second look"
BEGINS = date(2026, 12, 1)

DRAFT: dict[str, Any] = {
    "route": "right-to-provide",
    "employer": "GB-LAE-CMD",
    "serviceName": "Museum learning service",
    "sector": "museums-and-arts",
    "applicantCount": 3,
    "conflictsDeclared": True,
}


def tell(story: Story) -> None:
    cast = Cast.at(story, group="staff-portal", employer="council-officers", commissioner="council-officers")
    team = Desk(story, "mutuals-team", "p-team", called="the central mutuals team")
    reviewer = Desk(story, "review-panel", "p-reviewer", called="an independent reviewer")
    case = interest.draft_and_submit(story, cast, DRAFT)
    interest.screen(story, cast, case, decision_in=timedelta(days=30))
    _refuse(story, cast, case)
    _escalate(story, cast, case, team, reviewer)
    _look_again(story, cast, case, reviewer)
    story.ends(
        case, events=EVENTS, group="staff-portal", others=("council-officers", "mutuals-team"),
        strangers=("trust-officers", "county-officers"),
    )  # fmt: skip


def _refuse(story: Story, cast: Cast, case: Case) -> None:
    """One person proposes it, another signs the same; the group does not see it pending."""
    story.chapter("A refusal needs two people")
    cast.officer.does(case, "begin-review")
    story.wait_days(10, "the merits are reviewed")
    refusal = {"reasons": "The service is about to be redesigned.", "equalityNote": interest.EQUALITY}
    cast.decider.does(case, "refuse-eoi", **refusal)
    cast.decider.is_refused(case, "refuse-eoi", because="role")
    story.must(not cast.lead.reads(case)["awaited"], otherwise="the group sees a refusal that is only proposed")
    cast.second.does(case, "refuse-eoi")
    cast.officer.does(case, "publish-decision", decision="refused")
    registers.published(story, case, body=DRAFT["employer"], service=DRAFT["serviceName"])
    cast.lead.reads(case)
    story.tell(f"an appeal is possible until {cast.lead.deadline(case, 'appeal-window'):%d %b %Y}")


def _escalate(story: Story, cast: Cast, case: Case, team: Desk, reviewer: Desk) -> None:
    """Within the appeal window. The central team appoints a reviewer who belongs to none of the case's bodies."""
    story.chapter("The escalation point")
    barrier = registers.report_barrier(
        story, cast, case, kind="unclear-process", body=DRAFT["employer"], askedOf="Director of culture",
        description="Nobody could say which plan the redesign rests on.",
    )  # fmt: skip
    last_day = cast.lead.deadline(case, "appeal-window")
    story.wait_until(last_day - timedelta(days=3), "the group takes advice")
    cast.lead.does(case, "escalate", grounds="The redesign was never written down; the plan was not read.")
    registers.disclose_barrier(story, cast, barrier)
    reviewer.cannot_see(case)
    team.appoints(case, "escalation-reviewer", reviewer)
    story.wait_until(last_day + timedelta(days=7), "the window has closed; an appeal that is pending stays open")
    registers.barrier_is_removed(
        story, cast, barrier, answer="The redesign's papers go to the group today.", outcome="They came."
    )


def _look_again(story: Story, cast: Cast, case: Case, reviewer: Desk) -> None:
    """The reviewer sends the case back, and may not award anything. Those who decide look at it anew."""
    story.chapter("Remitted")
    reviewer.does(
        case, "remit", to="eoi-under-review",
        reasons="The ground given had no evidence on file.",
        recommendations="Consider the plan with the service's own figures.",
    )  # fmt: skip
    reviewer.is_refused(case, "accept-eoi", because="role", reasons="It should be", equalityNote=interest.EQUALITY)
    [refused, *_] = registers.published(story, case, body=DRAFT["employer"], service=DRAFT["serviceName"])
    story.must(refused["overturned"] == "remitted", otherwise="the register does not say that it was remitted")
    story.wait_days(12, "the merits are reviewed anew")
    cast.decider.does(
        case, "accept-eoi", reasons="With its figures the plan convinces.", equalityNote=interest.EQUALITY
    )


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 4),
    *("case-acknowledged", "screening-begun", "decision-date-notified"),
    *("review-begun", "case-refused", "decision-published"),
    *("deadline-approaching", "case-escalated", "barrier-raised", "party-changed", "barrier-closed"),
    *("case-remitted", "eoi-accepted"),
)
