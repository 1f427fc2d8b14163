"""From the draft to the answer on the expression of interest."""

from datetime import timedelta
from typing import Any

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case

EQUALITY = "Users of the service were consulted; no group is treated worse (Equality Act 2010, section 149)."


def draft_and_submit(story: Story, cast: Cast, draft: dict[str, Any], **given: Any) -> Case:
    """The draft is the group's own business; submitting it discloses it to the bodies that it names."""
    story.chapter("A draft, and its disclosure")
    case = cast.lead.opens(**draft)
    cast.officer.cannot_see(case)
    cast.lead.appoints(case, "applicant-member", cast.member)
    cast.lead.does(case, "submit", **given)
    story.settle()
    cast.officer.reads(case)
    story.tell("now the bodies that the case names see it; advisers are proposed, and a finance shortlist is made")
    cast.offices(case)
    return case


def screen(story: Story, cast: Cast, case: Case, *, decision_in: timedelta) -> None:
    """Eligible and complete? The receipt goes first, and the group learns when a decision is expected."""
    story.chapter("Screening")
    cast.officer.is_refused(case, "begin-screening", because="acknowledgement-sent")
    cast.officer.does(case, "acknowledge", sentOn=story.today, sponsorNamed=True)
    cast.officer.does(case, "begin-screening")
    cast.officer.is_refused(case, "begin-review", because="decision-date-notified")
    story.wait_days(1, "a letter tells the group when to expect a decision")
    cast.officer.does(case, "notify-decision-date", notifiedOn=story.today, expectedOn=story.today + decision_in)


def review_and_accept(story: Story, cast: Cast, case: Case) -> None:
    story.chapter("The merits")
    cast.officer.does(case, "begin-review")
    story.wait_days(20, "the merits are reviewed")
    cast.officer.is_refused(case, "accept-eoi", because="role", reasons="It fits our plans", equalityNote=EQUALITY)
    cast.decider.does(
        case,
        "accept-eoi",
        reasons="The group knows the service, and its plan fits the council's strategy for carers.",
        equalityNote=EQUALITY,
        releaseTime="Half a day a week for each of the group",
    )
