"""Request and response bodies."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from rtp_applications.models import BodyKind, CaseStatus
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Route, Sector, SupportTopic
from rtp_shared.schemas import Count, Input, Line, Output, Pence, Prose, Storable

BodyRef = Annotated[
    str,
    Field(
        min_length=3,
        max_length=64,
        description="A body: its id, or one of its identifiers with its scheme, for example GB-NHS-RRV or GB-LAE-CMD",
        examples=["GB-LAE-CMD"],
    ),
    Storable,
]


class CaseChanges(Input):
    """What a draft says. Everything may wait until submission; null takes a value out again."""

    employer: BodyRef | None = None
    commissioner: BodyRef | None = Field(default=None, description="Only where another body commissions the service")
    decision_body: BodyRef | None = Field(default=None, description="Only where another body decides")
    service_name: Line | None = Field(default=None, description="The service that the staff group wants to run")
    summary: Prose | None = Field(default=None, description="Why, and what would be better; no personal data")
    sector: Sector | None = None
    applicant_count: Count | None = Field(default=None, description="How many employees apply")
    headcount: Count | None = Field(default=None, description="Employees in the service")
    legal_form: LegalForm | None = Field(default=None, description="Intended legal form, if it is known yet")
    annual_value_pence: Pence | None = Field(default=None, description="Yearly cost of the service today, in pence")
    finance_sought_pence: Pence | None = Field(default=None, description="Finance sought, in pence")
    finance_purposes: list[FinancePurpose] = Field(default=[], max_length=10)
    support_needs: list[SupportTopic] = Field(default=[], max_length=10)
    conflicts_declared: bool = Field(
        default=False, strict=True, description="The applicants declared their conflicts of interest"
    )


class CaseOpening(CaseChanges):
    """A new draft."""

    route: Route = Field(default=Route.RIGHT_TO_PROVIDE, description="The legal route")


class Withdrawal(Input):
    reason: Prose | None = Field(default=None, description="Optional, and shown to whoever may see the case")


class CaseView(Output):
    """A case, as its reader may see it."""

    id: UUID
    number: str = Field(
        description="The number that people say: nine digits and a check digit", examples=["RTP-482-715-9361"]
    )
    route: Route
    status: CaseStatus
    version: int = Field(description="Grows by one with every change; the ETag")
    employer_id: UUID | None
    commissioner_id: UUID | None
    decision_body_id: UUID | None
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


class CaseLine(Output):
    """A case in a list."""

    id: UUID
    number: str
    route: Route
    status: CaseStatus
    version: int
    employer_id: UUID | None
    region: str | None
    service_name: str | None
    sector: Sector | None
    opened_at: datetime
    changed_at: datetime
    submitted_at: datetime | None


class IdentifierView(Output):
    scheme: str = Field(description="org-id.guide list code, or GSS", examples=["GB-NHS"])
    value: str
    valid_from: date | None
    valid_to: date | None


class BodyView(Output):
    """A public body."""

    id: UUID
    name: str
    kind: BodyKind
    nation: str
    region: str | None = Field(description="ONS region code")
    opened_on: date | None
    ended_on: date | None
    successor_id: UUID | None
    identifiers: list[IdentifierView]
