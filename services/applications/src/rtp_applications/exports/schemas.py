"""Bodies of exports and of the feed of changes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from rtp_applications.workflow.enums import Status, Suspension
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Route, Sector, SupportTopic
from rtp_shared.schemas import Output


class ExportedCase(Output):
    """A case in an export and in the feed of changes: the same as whoever asks reads of it, one by one."""

    id: UUID = Field(description="The case's id: the same for ever, and everywhere")
    number: str = Field(description="The number that people say")
    reference: str | None = Field(description="What your body's own system calls it, if it came in by an import")
    route: Route = Field(description="The legal route")
    process_version: int = Field(description="The version of the route's process that it is pinned to")
    status: Status = Field(description="Where it stands")
    version: int = Field(description="Grows by one with every change that you may know of")
    employer_id: UUID | None = Field(serialization_alias="employer", description="The employing body: its id")
    employer_name: str | None = Field(description="The employing body's name today")
    further_employer_ids: list[UUID] = Field(
        serialization_alias="furtherEmployers", description="Employers of some of the staff besides that: their ids"
    )
    commissioner_id: UUID | None = Field(
        serialization_alias="commissioner", description="The commissioning body, where that is another: its id"
    )
    decision_body_id: UUID | None = Field(
        serialization_alias="decisionBody", description="The body that decides, where that is another: its id"
    )
    duty_holder_id: UUID | None = Field(
        serialization_alias="dutyHolder", description="The body with the statutory duty, where that is another: its id"
    )
    region: str | None = Field(description="ONS region code of the employing body")
    service_name: str | None = Field(description="The service that the staff group wants to run")
    summary: str | None = Field(description="Why, and what would be better")
    sector: Sector | None = Field(description="The sector of the service")
    applicant_count: int | None = Field(description="How many employees apply")
    headcount: int | None = Field(description="Employees in the service")
    legal_form: LegalForm | None = Field(description="Intended legal form")
    annual_value_pence: int | None = Field(description="Yearly cost of the service today, in pence")
    finance_sought_pence: int | None = Field(description="Finance sought, in pence")
    finance_purposes: list[FinancePurpose] = Field(description="What the finance is for")
    support_needs: list[SupportTopic] = Field(description="What the group needs advice on")
    conflicts_declared: bool = Field(description="Whether the applicants declared their conflicts of interest")
    opened_at: datetime = Field(description="When it was opened, UTC")
    changed_at: datetime = Field(description="When it last changed, as far as you may know, UTC")
    submitted_at: datetime | None = Field(description="When it was submitted, UTC")
    withdrawn_at: datetime | None = Field(description="When it was withdrawn, UTC")
    withdrawal_reason: str | None = Field(description="Why it was withdrawn")
    suspended: Suspension | None = Field(description="Why the case rests")
    suspended_at: datetime | None = Field(description="Since when it rests, UTC")
    escalated_at: datetime | None = Field(description="Before the escalation point since, UTC")
    refused_from: Status | None = Field(description="Where it stood when it was refused")
    final_at: datetime | None = Field(description="Since when its end stands, UTC")
    launched_at: datetime | None = Field(description="When the mutual was launched, UTC")
    successor_case_id: UUID | None = Field(description="The case that took its place")
    previous_case_id: UUID | None = Field(
        serialization_alias="previousCase", description="The case that ended before it, if you may know of that one"
    )


class ExportedColumn(Output):
    """A column of an export."""

    name: str
    kind: str = Field(description="text, whole, truth, time, uuid, code or list")
    description: str
    values: list[str] = Field(description="Of a code, or of a list of codes: all that there are")


class DictionaryView(Output):
    """The columns of an export, in their order, with what they mean."""

    columns: list[ExportedColumn]


class SeenChange(StrEnum):
    """What became of a case for whoever follows the feed."""

    CURRENT = "current"
    GONE = "gone"


class CaseChangeView(Output):
    """A case that changed, as it is now, or that you see no more."""

    id: UUID = Field(description="The case's id")
    change: SeenChange = Field(description="current: it is as `case` has it; gone: you see it no more, so forget it")
    case: ExportedCase | None = Field(description="The case now; null for one that is gone")


class CaseChangePage(Output):
    """Changes in their order, with where to go on."""

    items: list[CaseChangeView]
    next: str | None = Field(description="Cursor of the next page for `after`, or null where no more changes stand yet")
    cursor: str = Field(description="Cursor for `after` to go on from later, also when there is nothing new")
