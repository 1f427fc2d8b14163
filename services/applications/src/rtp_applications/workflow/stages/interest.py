"""From the draft to the answer on the expression of interest: rows 1 to 8 and 24 of the process."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from rtp_applications.clocks.days import civil_date
from rtp_applications.workflow.casefile import CaseFile, Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.words import APPLICANTS, Ground, StatutoryItem
from rtp_shared.problems import FieldError
from rtp_shared.schemas import Input, Line, Prose


class Acknowledgement(Record):
    """The receipt that the staff group was sent."""

    KIND: ClassVar[str] = "acknowledgement"

    sent_on: date = Field(description="Civil date in London on which it was sent")
    sponsor_named: bool = Field(default=False, strict=True, description="A sponsor in the body was named to the group")


class DecisionDate(Record):
    """When a decision is expected, as the applicants were told (Localism Act 2011 s.84: within 30 days)."""

    KIND: ClassVar[str] = "decision-date"

    expected_on: date
    notified_on: date


class RequestedItem(Input):
    id: Line = Field(description="Short name of the item, to answer it by", examples=["finances-2025"])
    text: Prose = Field(description="What is asked for")
    statutory_item: StatutoryItem | None = Field(
        default=None, description="Which item of the regulations it is (SI 2012/1313); a challenge is asked no other"
    )


class InformationRequest(Record):
    """A request for information: an itemised list."""

    KIND: ClassVar[str] = "information-request"

    items: list[RequestedItem] = Field(min_length=1, max_length=50)


class ItemAnswer(Record):
    """The answer to one item, or that it is declined."""

    KIND: ClassVar[str] = "information-answer"
    KEY: ClassVar[str | None] = "item"

    item: Line = Field(description="Id of the item")
    answer: Prose | None = None
    declined: bool = Field(default=False, strict=True, description="The group declines to answer this item")
    documents: list[str] = Field(default=[], max_length=50, description="Ids of documents that answer it")


class Modification(Record):
    """A change to the expression of interest that the body offers instead of refusing it."""

    KIND: ClassVar[str] = "modification"

    text: Prose = Field(description="The change that is offered")
    otherwise_refused_for: Prose = Field(description="Why it would otherwise be refused")
    ground: Ground | None = Field(default=None, description="On which ground, where the route has a closed list")
    equality_note: Prose | None = Field(
        default=None, description="How the public sector equality duty was met (Equality Act 2010 s.149)"
    )


class Consent(Record):
    """The staff group's answer to an offered modification."""

    KIND: ClassVar[str] = "modification-answer"

    members_in_favour: int = Field(ge=0, le=100_000, strict=True, description="Members of the group who agreed")


class Acceptance(Record):
    """The expression of interest is accepted."""

    KIND: ClassVar[str] = "eoi-acceptance"

    reasons: Prose
    equality_note: Prose | None = Field(
        default=None, description="How the public sector equality duty was met (Equality Act 2010 s.149)"
    )
    release_time: Line | None = Field(default=None, description="Working time that the group is released for")


@guard("/employer")
def employer_named(step: Step) -> str | None:
    """The employing body is named."""
    return None if step.file.case.employer_id else "name the employing body"


@guard()
def bodies_exist(step: Step) -> FieldError | None:
    """Every body that the case names exists today: what is disclosed cannot be taken back."""
    case, bodies = step.file.case, step.file.bodies
    named = {
        "/employer": case.employer_id,
        "/commissioner": case.commissioner_id,
        "/decisionBody": case.decision_body_id,
        "/dutyHolder": case.duty_holder_id,
    }
    for field, body_id in named.items():
        body = bodies.get(body_id) if body_id else None
        if body and body.ended_on is not None and body.ended_on <= step.today:
            return FieldError(field, "not a body that exists today")
    return None


@guard("/serviceName")
def service_named(step: Step) -> str | None:
    """The service is named."""
    return None if step.file.case.service_name else "name the service"


@guard("/sector")
def sector_named(step: Step) -> str | None:
    """The service's sector is named."""
    return None if step.file.case.sector else "say which sector the service belongs to"


@guard("/applicantCount")
def enough_employees(step: Step) -> str | None:
    """At least one employee applies; two of the same authority under the Community Right to Challenge (s.81(6))."""
    needed = step.process.setting(step.file, "applicants-needed")
    if (step.file.case.applicant_count or 0) >= needed:
        return None
    return f"at least {needed} employees must apply" if needed > 1 else "at least one employee must apply"


@guard("/conflictsDeclared")
def conflicts_declared(step: Step) -> str | None:
    """The applicants have declared their conflicts of interest."""
    if step.file.case.conflicts_declared:
        return None
    return "the applicants must have declared their conflicts of interest"


@guard("/employer")
def authority_is_relevant(step: Step) -> str | None:
    """The employer must consider challenges: a council in England, or a fire authority (Localism Act 2011 s.81(2))."""
    employer = step.file.employer
    if employer is None or employer.kind in step.process.setting(step.file, "relevant-authorities"):
        return None
    return "there is no right to challenge this body"


@guard()
def window_open(step: Step) -> str | None:
    """The authority takes expressions of interest today: its published periods, any time if none (s.82)."""
    windows = step.file.rule("eoi-windows")
    if not windows or any(within(step.today, window) for window in windows):
        return None
    return "the authority takes expressions of interest only in its published periods"


def within(day: date, window: dict[str, int]) -> bool:
    """Whether a day lies in a yearly period, which may run over the turn of the year."""
    first, last = (window["fromMonth"], window["fromDay"]), (window["toMonth"], window["toDay"])
    at = (day.month, day.day)
    return first <= at <= last if first <= last else at >= first or at <= last


@guard("/sentOn", given=True)
def sent_since_submission(step: Step) -> str | None:
    """The receipt was sent on a day from the submission to today."""
    return _since_submission(step, step.given.sent_on)


@guard("/notifiedOn", given=True)
def notified_since_submission(step: Step) -> str | None:
    """The notice was given on a day from the submission to today."""
    return _since_submission(step, step.given.notified_on)


def _since_submission(step: Step, day: date) -> str | None:
    submitted = step.file.case.submitted_at
    if day > step.today:
        return f"{day} lies in the future"
    if submitted is not None and day < civil_date(submitted):
        return f"{day} lies before the submission on {civil_date(submitted)}"
    return None


def receipt_sent_on(file: CaseFile) -> date | None:
    sent = file.last(Acknowledgement)
    return sent.sent_on if sent else None


def decision_date_notified_on(file: CaseFile) -> date | None:
    told = file.last(DecisionDate)
    return told.notified_on if told else None


@guard()
def acknowledgement_sent(step: Step) -> str | None:
    """The staff group was sent a receipt."""
    return None if step.file.last(Acknowledgement) else "send the staff group its receipt first"


@guard("/items", given=True)
def list_is_itemised(step: Step) -> str | None:
    """Every item has an id of its own, so that each can be answered."""
    ids = [item.id for item in step.given.items]
    return None if len(ids) == len(set(ids)) else "two items have the same id"


@guard("/items", given=True)
def statutory_items_only(step: Step) -> str | None:
    """Only what the regulations require may be insisted on (SI 2012/1313)."""
    extra = [item.id for item in step.given.items if item.statutory_item is None]
    return f"the regulations do not require: {', '.join(extra)}" if extra else None


@guard()
def every_item_answered(step: Step) -> str | None:
    """Every listed item is answered or declined."""
    request = step.file.last(InformationRequest)
    answered = {answer.item for answer, _ in step.file.every(ItemAnswer)}
    waiting = [item.id for item in (request.items if request else []) if item.id not in answered]
    return f"not answered or declined: {', '.join(waiting)}" if waiting else None


@guard("/item", given=True)
def item_was_asked(step: Step) -> str | None:
    """The item is one of those asked for."""
    request = step.file.last(InformationRequest)
    asked = {item.id for item in request.items} if request else set()
    return None if step.given.item in asked else "no such item was asked for"


@guard("/answer", given=True)
def answered_or_declined(step: Step) -> str | None:
    """There is an answer, a document, or the word that it is declined."""
    return None if step.given.answer or step.given.documents or step.given.declined else "answer it or decline it"


@guard()
def decision_date_notified(step: Step) -> str | None:
    """The staff group was told when a decision is expected (Localism Act 2011 s.84)."""
    return None if step.file.last(DecisionDate) else "tell the group first when a decision is expected"


@guard("/expectedOn", given=True)
def decision_date_in_time(step: Step) -> str | None:
    """The expected decision lies after the notice, and not after the maximum period."""
    if step.given.expected_on < step.given.notified_on:
        return "the decision is expected before the notice was given"
    limit = step.file.deadline("eoi-decision")
    if limit and limit.pausable is False and step.given.expected_on > limit.due_on:
        return f"the maximum period ends on {limit.due_on}"
    return None


@guard("/otherwiseRefusedFor", given=True)
def would_otherwise_be_refused(step: Step) -> str | None:
    """A modification may only be offered where the expression of interest would otherwise be refused (s.84)."""
    return None if step.given.otherwise_refused_for else "say why it would otherwise be refused"


@guard("/text", given=True)
def modification_text_given(step: Step) -> str | None:
    """The text of the change is given."""
    return None if step.given.text else "give the text of the change"


@guard("/membersInFavour", given=True)
def consent_recorded(step: Step) -> str | None:
    """The group's consent is on record: more than half of its members agreed."""
    return majority_wanting(step)


def majority_wanting(step: Step) -> str | None:
    """What is wanting of more than half of the group; None where that many are on record, and no more than it has."""
    said, size = step.given.members_in_favour, group_size(step)
    if said is not None and said > size:
        return f"the group counts {size}"
    if said is None or 2 * said <= size:
        return f"more than half of the group of {size} must agree, and it must be on record"
    return None


def group_size(step: Step) -> int:
    """How many employees the group counts: as many as it said it has, or as are on file if those are more."""
    members = {p.person for p in step.file.parties.values() if p.role in APPLICANTS and p.holds(step.today)}
    return max(1, len(members), step.file.case.applicant_count or 0)


@guard()
def reply_time_over(step: Step) -> str | None:
    """The time to reply is over."""
    return _over(step, "information-reply")


@guard()
def modification_time_over(step: Step) -> str | None:
    """The time to answer the offered modification is over."""
    return _over(step, "modification-reply")


def _over(step: Step, clock: str) -> str | None:
    deadline = step.file.deadline(clock)
    return None if deadline and step.now >= deadline.due_at else "there is time left"
