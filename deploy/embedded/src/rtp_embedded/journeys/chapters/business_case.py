"""From feasibility to the submitted business case."""

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case, answered, pages

OPTIONS = [
    {"id": "as-it-is", "kind": "status-quo", "desirability": 35, "viability": 50, "feasibility": 90},
    {"id": "better-in-house", "kind": "in-house-improvement", "desirability": 55, "viability": 60, "feasibility": 75},
    {"id": "mutual", "kind": "mutual", "desirability": 85, "viability": 70, "feasibility": 65},
    {"id": "outsource", "kind": "outsource", "desirability": 30, "viability": 65, "feasibility": 60},
]
BALLOT = {
    "eligible": 62,
    "votes": 51,
    "inFavour": 43,
    "against": 7,
    "method": "postal, secret",
    "scrutineer": "an independent scrutineer",
}


def appraise(story: Story, cast: Cast, case: Case) -> None:
    """Scored options, the status quo among them. The group's lead and an officer go on together."""
    story.chapter("Options appraisal")
    story.wait_days(30, "the options are appraised")
    cast.lead.is_refused(case, "start-business-case", because="options-appraised")
    cast.lead.does(case, "record-options-appraisal", options=OPTIONS, preferred="mutual")
    cast.lead.does(case, "start-business-case")
    cast.officer.does(case, "start-business-case")


def engage_staff(story: Story, cast: Cast, case: Case, *, ballot: bool) -> None:
    """Evidence of how staff were engaged, and the log of consulting their representatives."""
    story.chapter("Staff are engaged")
    story.wait_days(14, "meetings with staff")
    cast.lead.does(
        case, "record-engagement", id="meetings", method="meeting", heldOn=story.today, reached=48,
        note="Four meetings on two sites; questions and answers are in the engagement report.",
    )  # fmt: skip
    cast.staff_rep.does(
        case, "record-consultation", id="union-1", heldOn=story.today, representatives="UNISON branch",
        note="The branch asks for pensions to be kept; the plan says how.",
    )  # fmt: skip
    if ballot:
        story.wait_days(28, "a ballot of the staff")
        cast.officer.does(case, "record-engagement", id="ballot", method="ballot", heldOn=story.today, ballot=BALLOT)
    cast.lead.does(case, "declare-help", belowMarket=[])


def required_documents(story: Story, route: str) -> list[str]:
    """The kinds of documents that the published process requires of a business case."""
    process = answered(story.stranger().get(f"/v1/processes/{route}/versions/1"))
    action = next(each for each in process["actions"] if each["name"] == "submit-business-case")
    kinds: list[str] = action["documents"]
    return kinds


def write_and_submit(story: Story, cast: Cast, case: Case, *, route: str, without: tuple[str, ...]) -> None:
    """The documents are uploaded, then frozen as they were submitted."""
    story.chapter("The business case")
    cast.lead.is_refused(case, "submit-business-case", because="documents-complete")
    kinds = [kind for kind in required_documents(story, route) if kind not in without]
    for kind in kinds:
        cast.lead.uploads(case, kind, f"The {kind.replace('-', ' ')} of case {case.number}\n")
    story.tell(f"the group has uploaded {len(kinds)} documents")
    cast.lead.does(case, "submit-business-case")
    _are_frozen(cast, case, len(kinds))
    story.wait_days(3, "the officer looks through the documents")
    cast.officer.does(case, "begin-assurance", remarks="Complete")


def _are_frozen(cast: Cast, case: Case, number: int) -> None:
    listed = list(pages(cast.officer.api, f"{case.path}/documents"))
    frozen = [each for each in listed if each["frozenVersion"] == each["version"]]
    Story.must(len(frozen) == number, otherwise=f"{len(frozen)} of {number} documents are frozen")
    cast.lead.story.tell(f"all {number} are frozen as submitted, each with its SHA-256")
