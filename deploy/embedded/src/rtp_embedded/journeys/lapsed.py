"""A draft that lies idle and lapses, and of which the employer never learns."""

from datetime import date, timedelta

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case, pages

SAYS = "Right to Provide: a draft lapses, and the employer never learns that it existed"
BEGINS = date(2027, 1, 11)

DRAFT = {
    "route": "right-to-provide",
    "employer": "GB-LAE-CMD",
    "serviceName": "Night shelter",
    "sector": "housing-and-homelessness",
    "applicantCount": 4,
}
BODIES = ("council-officers", "mutuals-team", "trust-officers")


def tell(story: Story) -> None:
    cast = Cast.at(story, group="council-intake", employer="council-officers", commissioner="council-officers")
    listed = {client_id: _cases_listed(story, client_id) for client_id in BODIES}
    story.chapter("A draft")
    case = cast.lead.opens(**DRAFT)
    cast.lead.edits(case, summary="Why, and what would be better: to be written.")
    cast.officer.cannot_see(case)
    _lie_idle(story, cast, case)
    _nobody_knows(story, cast, case, listed)
    story.ends(case, events=EVENTS, group="council-intake", strangers=BODIES)


def _lie_idle(story: Story, cast: Cast, case: Case) -> None:
    """After 180 days in which nothing happened, and two reminders, the platform lets the case lapse."""
    story.chapter("Nothing happens")
    last_day = cast.lead.deadline(case, "idle")
    story.wait_until(last_day - timedelta(days=30), "a first reminder goes to the group's client")
    story.wait_until(last_day - timedelta(days=7), "a second reminder")
    story.wait_until(last_day, "the last day on which the group could go on")
    story.must(cast.lead.reads(case)["status"] == "draft", otherwise="the draft lapsed before its time")
    story.wait_past(last_day, "180 days have passed")
    story.must(cast.lead.reads(case)["status"] == "lapsed", otherwise="the draft did not lapse")
    story.tell("the draft has lapsed")


def _nobody_knows(story: Story, cast: Cast, case: Case, listed: dict[str, list[str]]) -> None:
    """Not by reading, not by a list, not by a count, not by an event."""
    story.chapter("Nobody else knows")
    cast.officer.cannot_see(case)
    for client_id, before in listed.items():
        story.must(_cases_listed(story, client_id) == before, otherwise=f"the list of {client_id} has changed")
        due = pages(story.client(client_id), "/v1/deadlines")
        story.must(case.id not in str(list(due)), otherwise=f"{client_id} learns of a deadline of the draft")
    public = [*pages(story.stranger(), "/v1/decisions"), *pages(story.stranger(), "/v1/barriers/counts")]
    story.must(case.id not in str(public), otherwise="a public register tells of the draft")
    story.tell("no list, count or deadline of the bodies has changed, and no public register")


def _cases_listed(story: Story, client_id: str) -> list[str]:
    return [each["id"] for each in pages(story.client(client_id), "/v1/cases")]


EVENTS = ("case-opened", "deadline-approaching", "deadline-approaching", "case-lapsed")
"""All of them for the group's client alone."""
