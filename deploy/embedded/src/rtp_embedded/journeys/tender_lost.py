"""Community Right to Challenge: accepted, and then somebody else wins the tender. Localism Act 2011, sections 81-86."""

from datetime import date, timedelta
from typing import Any

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.chapters import contract, interest, registers
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case

SAYS = "Community Right to Challenge: accepted, put to tender, and lost"
BEGINS = date(2027, 3, 1)

DRAFT: dict[str, Any] = {
    "route": "community-right-to-challenge",
    "employer": "GB-LAE-WAR",
    "serviceName": "Mobile libraries",
    "sector": "libraries-and-archives",
    "applicantCount": 1,
    "headcount": 23,
    "conflictsDeclared": True,
}


INTEREST: dict[str, Any] = {
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
    "partners": [
        {
            "name": "Example Vans Ltd",
            "kind": "subcontractor",
            "finances": "Audited accounts of three years.",
            "capability": "Maintains the vans today.",
        }
    ],
}


def tell(story: Story) -> None:
    cast = Cast.at(story, group="staff-portal", employer="county-officers", commissioner="county-officers")
    case = _challenge(story, cast)
    _consider(story, cast, case)
    _procure(story, cast, case)
    _lose(story, cast, case)
    story.ends(
        case, events=EVENTS, group="staff-portal", others=("county-officers", "mutuals-team"),
        strangers=("council-officers", "trust-officers"),
    )  # fmt: skip


def _challenge(story: Story, cast: Cast) -> Case:
    """Two employees at least, and only in the periods that the authority published (section 82)."""
    story.chapter("A challenge, in the period that the county published")
    case = cast.lead.opens(**DRAFT)
    cast.officer.cannot_see(case)
    cast.lead.is_refused(case, "submit", because="enough-employees")
    cast.lead.edits(case, applicantCount=2)
    cast.lead.appoints(case, "applicant-member", cast.member)
    cast.lead.is_refused(case, "submit", because="window-open")
    story.wait_until(date(2027, 4, 1), "the county takes challenges from today until 30 June")
    cast.lead.is_refused(case, "submit", because="content-is-complete")
    cast.lead.does(case, "describe-interest", **INTEREST)
    cast.lead.does(case, "submit")
    story.settle()
    cast.offices(case)
    return case


def _consider(story: Story, cast: Cast, case: Case) -> None:
    """The notice of the decision date is due in 30 days, the decision within the county's maximum period (s.84)."""
    interest.screen(story, cast, case, decision_in=timedelta(days=150))
    cast.officer.is_refused(
        case, "request-information", because="statutory-items-only",
        items=[{"id": "logo", "text": "A logo"}],
    )  # fmt: skip
    interest.review_and_accept(story, cast, case)
    [accepted, *_] = registers.published(story, case, body=DRAFT["employer"], service=DRAFT["serviceName"])
    story.must(accepted["decision"] == "accepted", otherwise="the acceptance is not published")


def _procure(story: Story, cast: Cast, case: Case) -> None:
    """Acceptance is no award: a procurement follows, between the shortest and longest gap published (s.83)."""
    story.chapter("A procurement that anybody may win")
    told = {"applicantsToldOn": story.today, "reference": "CRC/2027/4"}
    cast.commissioner.is_refused(case, "begin-procurement", because="within-published-gap", **told)
    story.wait_days(95, "three months at least, says the county's notice")
    cast.commissioner.does(case, "begin-procurement", **told)
    cast.commissioner.is_refused(
        case, "record-regime", because="regime-open-to-challenge", determinedOn=story.today,
        regime="procurement-act-reserved", relevantHealthCareService=False, legalBasis="Reserved to mutuals",
    )  # fmt: skip
    contract.determine_regime(
        story, cast, case, regime="procurement-act-open", relevantHealthCareService=False,
        legalBasis="Procurement Act 2023, part 3: an open procedure.",
    )  # fmt: skip
    contract.tender(story, cast, case)


def _lose(story: Story, cast: Cast, case: Case) -> None:
    """A legitimate end. The applicants are owed feedback."""
    story.chapter("Somebody else wins")
    number = "2027/S 000-045678"
    cast.commissioner.does(case, "record-notice", kind="UK6", noticeId=number, publishedOn=story.today)
    cast.commissioner.is_refused(case, "record-tender-lost", because="feedback-given", awardNoticeId=number)
    cast.commissioner.does(case, "record-tender-lost", awardNoticeId=number, feedbackGivenOn=story.today)


EVENTS = (
    *("case-opened", "party-changed"),
    *("case-submitted", "support-proposed", "shortlist-made", *["party-changed"] * 4),
    *("case-acknowledged", "screening-begun", "decision-date-notified"),
    *("review-begun", "eoi-accepted", "decision-published"),
    *("procurement-begun", "tender-published", "tender-lost"),
)
