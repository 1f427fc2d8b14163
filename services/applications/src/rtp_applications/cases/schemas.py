"""Request and response bodies."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.deadlines.rules.days import CalendarName
from rtp_applications.deadlines.rules.deadline import Basis, DeadlineState
from rtp_applications.sides_sql import MOST_FURTHER_EMPLOYERS
from rtp_applications.workflow.enums import Role, Status, Suspension
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Route, Sector, SupportTopic
from rtp_shared.schemas import Count, Input, Line, Output, Pence, Prose

BY_EMPLOYER = (
    "The employing body of the case: its id or any identifier or code of it, as everywhere. In the register of "
    "decisions `body` is another: the one that decided"
)


class CaseChanges(Input):
    """What a draft says. Everything may wait until submission; null takes a value out again."""

    employer: BodyReference | None = None
    further_employers: list[BodyReference] = Field(
        default=[],
        max_length=MOST_FURTHER_EMPLOYERS,
        description="Where staff of several bodies apply together: the others. `employer` leads: its rules and times "
        "hold. Each of the others answers for itself, and sees the case as it does",
    )
    commissioner: BodyReference | None = Field(
        default=None, description="Only where another body commissions the service"
    )
    decision_body: BodyReference | None = Field(default=None, description="Only where another body decides")
    duty_holder: BodyReference | None = Field(
        default=None, description="Only where another body has the statutory duty"
    )
    service_name: Line | None = Field(default=None, description="The service that the staff group wants to run")
    summary: Prose | None = Field(default=None, description="Why, and what would be better; no personal data")
    sector: Sector | None = None
    applicant_count: Count | None = Field(default=None, description="How many employees apply")
    headcount: Count | None = Field(default=None, description="Employees in the service")
    legal_form: LegalForm | None = Field(default=None, description="Intended legal form, if it is known yet")
    annual_value_pence: Pence | None = Field(default=None, description="Yearly cost of the service today, in pence")
    finance_sought_pence: Pence | None = Field(default=None, description="Finance sought, in pence")
    finance_purposes: list[FinancePurpose] = Field(default=[], max_length=10)
    support_needs: list[SupportTopic] = Field(default=[], max_length=len(SupportTopic))
    conflicts_declared: bool = Field(
        default=False, strict=True, description="The applicants declared their conflicts of interest"
    )
    previous_case: UUID | None = Field(
        default=None,
        description="A case that was refused, stopped, withdrawn or lapsed, or lost its tender, which this one takes "
        "up anew: its id. Each of the two names the other to whoever may know of both",
    )


class CaseOpening(CaseChanges):
    """A new draft."""

    route: Route = Field(default=Route.RIGHT_TO_PROVIDE, description="The legal route")


COUNTED_FROM = (
    "The civil date in London that it is counted from: the day after it is day 1. Of a time that begins with the day "
    "of what started it, as that of the Localism Act 2011 s.84(7), it is the day before"
)


class LengthView(Output):
    number: int
    unit: str


class DeadlineView(Output):
    """A deadline of a case. It expires at the midnight in London that ends `dueOn`."""

    id: UUID
    clock: str = Field(description="Name of the clock in the process", examples=["eoi-decision"])
    basis: Basis
    source: str
    length: LengthView
    calendar: CalendarName
    started_on: date = Field(description=COUNTED_FROM)
    start_event: str = Field(description="The action that started it")
    due_on: date
    due_at: datetime
    provisional: bool = Field(
        description="Counted beyond the last day for which bank holidays are known; or `unsettled`, for the "
        "authority was reorganised, and it is not on file whether it resolved that its successor begins the time anew"
    )
    state: DeadlineState


class SignatureView(Output):
    role: Role
    person: str = Field(description="Opaque reference")
    at: datetime


class AwaitedAction(Output):
    """An action that some have signed and others must sign yet."""

    action: str
    given: dict[str, Any] = Field(description="What was proposed: send the same, or nothing, to agree")
    signed: list[SignatureView]
    awaits: list[list[Role]] = Field(description="Who must sign yet: one person of each group of roles")


class UnmetCondition(Output):
    guard: str = Field(description="Name of the condition in the process, or `role`", examples=["reasons-given"])
    reason: str


class AllowedAction(Output):
    """An action that starts in the case's status, and whether the caller may take it now."""

    action: str
    allowed: bool
    refusals: list[UnmetCondition] = Field(description="Every reason why not; none where it is allowed")
    needs: list[str] = Field(description="Conditions on what is given with the action, checked when it is taken")
    awaits: list[list[Role]] = Field(description="Who must sign besides, for it to happen")


class EventPreview(Output):
    type: str
    data: dict[str, Any]


class CaseView(Output):
    """A case, as its reader may see it."""

    id: UUID
    number: str = Field(
        description="The number that people say: nine digits and a check digit. A draft gets another one when it is "
        "submitted if a case with its number was put on file meanwhile",
        examples=["RTP-482-715-9361"],
    )
    route: Route
    process_version: int = Field(description="The version of the route's process that the case is pinned to")
    status: Status
    version: int = Field(description="Grows by one with every change that you may know of; the ETag")
    employer_id: UUID | None = Field(serialization_alias="employer", description="The employing body: its id")
    employer_name: str | None = None
    further_employer_ids: list[UUID] = Field(
        serialization_alias="furtherEmployers",
        description="Employers of some of the staff besides the one that leads: their ids",
    )
    commissioner_id: UUID | None = Field(
        serialization_alias="commissioner", description="The commissioning body, where that is another: its id"
    )
    commissioner_name: str | None = None
    decision_body_id: UUID | None = Field(
        serialization_alias="decisionBody", description="The body that decides, where that is another: its id"
    )
    decision_body_name: str | None = None
    duty_holder_id: UUID | None = Field(
        serialization_alias="dutyHolder", description="The body with the statutory duty, where that is another: its id"
    )
    duty_holder_name: str | None = None
    region: str | None = Field(description="ONS region code of the employing body")
    service_name: str | None
    summary: str | None
    sector: Sector | None
    applicant_count: int | None
    headcount: int | None
    legal_form: LegalForm | None
    annual_value_pence: int | None
    finance_sought_pence: int | None
    finance_purposes: list[FinancePurpose]
    support_needs: list[SupportTopic]
    conflicts_declared: bool
    opened_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    suspended: Suspension | None = Field(description="Why the case rests; discretionary clocks are paused meanwhile")
    suspended_at: datetime | None
    escalated_at: datetime | None = Field(description="Before the escalation point since")
    refused_from: Status | None
    final_at: datetime | None = Field(description="An end from which nothing but a court leads back")
    launched_at: datetime | None
    successor_case_id: UUID | None = Field(description="The case that took its place")
    previous_case_id: UUID | None = Field(
        serialization_alias="previousCase",
        description="The case that ended without success before it, as the staff group names it; null for whoever may "
        "not know of that one",
    )
    later_case_ids: list[UUID] = Field(
        default=[],
        serialization_alias="laterCases",
        description="Cases that name this one as the one before them, as far as you may know of them",
    )
    deadlines: list[DeadlineView] = Field(default=[], description="Those that run or are paused")
    awaited: list[AwaitedAction] = Field(default=[], description="What some signed and others must sign yet")
    allowed_actions: list[AllowedAction] = Field(default=[], description="What may be done now, and why not")


class Preview(Output):
    """What an action would come to; nothing was saved."""

    action: str
    status: Status
    awaits: list[list[Role]]
    deadlines: list[DeadlineView] = Field(description="Those that would run or be paused")
    events: list[EventPreview]
    documents: list[str] = Field(description="Ids of documents that would be frozen")
