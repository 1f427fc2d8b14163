"""The query parameters of the list of cases."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import AfterValidator

from rtp_applications.auth import Acting
from rtp_applications.bodies.queries import find_bodies
from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.cases.numbers import read_number
from rtp_applications.cases.schemas import BY_EMPLOYER
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.history.entries import convert_to_utc
from rtp_applications.search.listing import Question
from rtp_applications.search.orders import CaseOrder
from rtp_applications.workflow.enums import Status, Suspension
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.dependencies import Now, Session
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Day, Instant, OneLine, Storable

Moment = Annotated[Instant, AfterValidator(convert_to_utc)]
Words = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Words, or their beginnings, each of which stands in the service's name, the summary, the title of "
        "a document or the description of a barrier that is disclosed; of these, in what you may see. In any form and "
        "order. The names of people are not searched",
    ),
    Storable,
]
Order = Annotated[
    CaseOrder,
    Query(
        description="newest, oldest: opened last or first; changed: changed longest ago first, to follow changes; "
        "submitted: submitted last first, and no drafts"
    ),
]


async def _read_question(
    caller: Acting,
    session: Session,
    now: Now,
    sort: Order = CaseOrder.NEWEST,
    status: Annotated[list[Status], Query(max_length=50, description="May be repeated: any of them")] = [],  # noqa: B006 - FastAPI copies it
    route: Route | None = None,
    sector: Sector | None = None,
    region: Annotated[str | None, Query(pattern=r"^[A-Z][0-9]{8}$", description="ONS code")] = None,
    employer: Annotated[BodyReference | None, Query(description=BY_EMPLOYER)] = None,
    number: Annotated[
        str | None, Query(max_length=40, description="A case number, however it is typed"), OneLine
    ] = None,
    reference: Annotated[
        str | None,
        Query(max_length=100, description="What your body's own system calls the case, as it was imported"),
        OneLine,
    ] = None,
    q: Words = None,
    suspended: Annotated[bool | None, Query(description="Whether it rests")] = None,
    suspended_for: Annotated[Suspension | None, Query(alias="suspendedFor", description="Why it rests")] = None,
    escalated: Annotated[bool | None, Query(description="Whether it was escalated")] = None,
    final: Annotated[bool | None, Query(description="Whether its end stands")] = None,
    opened_since: Annotated[Moment | None, Query(alias="openedSince", description="Opened then or later")] = None,
    opened_before: Annotated[Moment | None, Query(alias="openedBefore", description="Opened earlier")] = None,
    submitted_since: Annotated[
        Moment | None, Query(alias="submittedSince", description="Submitted then or later; no draft was")
    ] = None,
    submitted_before: Annotated[Moment | None, Query(alias="submittedBefore", description="Submitted earlier")] = None,
    escalated_since: Annotated[
        Moment | None, Query(alias="escalatedSince", description="Escalated then or later")
    ] = None,
    escalated_before: Annotated[Moment | None, Query(alias="escalatedBefore", description="Escalated earlier")] = None,
    final_since: Annotated[
        Moment | None, Query(alias="finalSince", description="Its end stands since then or later")
    ] = None,
    final_before: Annotated[Moment | None, Query(alias="finalBefore", description="Its end stood earlier")] = None,
    changed_since: Annotated[
        Moment | None,
        Query(
            alias="changedSince",
            description="Changed then or later, as far as you see. A change shows once it is saved, some moments after "
            "its time: ask again from a minute before the last time, or follow the events, of which none is left out",
        ),
    ] = None,
    changed_before: Annotated[
        Moment | None, Query(alias="changedBefore", description="Not changed since, as far as you see")
    ] = None,
    due_before: Annotated[
        Day | None, Query(alias="dueBefore", description="With a deadline that runs or rests, due before this day")
    ] = None,
    awaits_successor: Annotated[
        bool,
        Query(
            alias="awaitsSuccessor",
            description="Only those that name a body that ends and is followed by several, until it is chosen by "
            "`choose-successor` which of them takes the case",
        ),
    ] = False,
) -> Question:
    filters = {
        "status": [str(each) for each in status] or None,
        "route": route,
        "sector": sector,
        "region": region,
        "employer": await find_bodies(session, employer, parameter="employer"),
        "number": _read_number(number),
        "reference": reference,
        "suspended_for": suspended_for,
        "suspended": suspended,
        "escalated_at": escalated,
        "final_at": final,
        "opened_since": opened_since,
        "opened_before": opened_before,
        "submitted_since": submitted_since,
        "submitted_before": submitted_before,
        "escalated_since": escalated_since,
        "escalated_before": escalated_before,
        "final_since": final_since,
        "final_before": final_before,
        "changed_since": changed_since,
        "changed_before": changed_before,
        "due_before": due_before,
        "awaits_successor": awaits_successor or None,
    }
    return Question(caller.identities, filters, sort, q, caller.person, civil_date(now))


AskedFor = Annotated[Question, Depends(_read_question)]
"""The cases that are asked for, of those that the caller may see."""


def _read_number(said: str | None) -> str | None:
    if said is None:
        return None
    number = read_number(said)
    if number is None:
        raise Invalid(errors=[FieldError("number", "not a case number, or a digit is wrong", "query")])
    return number
