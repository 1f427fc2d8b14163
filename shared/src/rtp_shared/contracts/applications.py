"""Events that applications publishes about a case."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from rtp_shared.contracts.base import PREFIX, EventData


class CaseOpened(EventData):
    """A draft was opened. Nobody but the client that opened it may learn of it, so it says almost nothing."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-opened.v1"

    case_id: UUID = Field(description="The case")
    route: str = Field(description="The legal route, for example right-to-provide")


class CaseSubmitted(EventData):
    """The staff group disclosed its expression of interest to the employing body."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-submitted.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    route: str = Field(description="The legal route, for example right-to-provide")
    status: str = Field(description="The case's status after this event")
    sector: str = Field(description="Service sector, from the closed list")
    region: str | None = Field(default=None, description="ONS region code (E12...), of the employing body")
    employer: UUID = Field(description="The employing body")
    commissioner: UUID | None = Field(default=None, description="The commissioning body, where another one commissions")
    decision_body: UUID | None = Field(default=None, description="The body that decides, where it is another one")
    headcount: int | None = Field(default=None, description="Employees in the service")
    legal_form: str | None = Field(default=None, description="Intended legal form, from the closed list")
    annual_value_pence: int | None = Field(default=None, description="Yearly cost of the service today, in pence")
    finance_sought_pence: int | None = Field(default=None, description="Finance sought, in pence")
    finance_purposes: list[str] = Field(default=[], description="What the finance is for, from the closed list")
    support_needs: list[str] = Field(default=[], description="Topics the staff group wants advice on")
    submitted_at: datetime = Field(description="When it was submitted, UTC")


class CaseWithdrawn(EventData):
    """The staff group withdrew. A withdrawn draft stays unknown to the employing body."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-withdrawn.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    withdrawn_from: str = Field(description="The status it was withdrawn from")
    withdrawn_at: datetime = Field(description="When it was withdrawn, UTC")
