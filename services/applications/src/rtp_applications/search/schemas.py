"""Response bodies of the list of cases, and what a caller may ask to have in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from rtp_applications.cases.schemas import AllowedAction, DeadlineView
from rtp_applications.documents.schemas import DocumentLine
from rtp_applications.parties.schemas import PartyView
from rtp_applications.workflow.enums import Status, Suspension
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.paging import Page
from rtp_shared.schemas import Output


class CaseField(StrEnum):
    """A field of a line, by its name on the wire."""

    ID = "id"
    NUMBER = "number"
    ROUTE = "route"
    STATUS = "status"
    VERSION = "version"
    EMPLOYER = "employer"
    EMPLOYER_NAME = "employerName"
    REGION = "region"
    SERVICE_NAME = "serviceName"
    SECTOR = "sector"
    SUSPENDED = "suspended"
    ESCALATED_AT = "escalatedAt"
    FINAL_AT = "finalAt"
    OPENED_AT = "openedAt"
    CHANGED_AT = "changedAt"
    SUBMITTED_AT = "submittedAt"


class CasePart(StrEnum):
    """What hangs on a case and can be had with its line."""

    DEADLINES = "deadlines"
    ALLOWED_ACTIONS = "allowedActions"
    PARTIES = "parties"
    DOCUMENTS = "documents"


class Facet(StrEnum):
    """A field by whose values the cases of a list can be counted."""

    STATUS = "status"
    ROUTE = "route"
    SECTOR = "sector"
    REGION = "region"


def _leave_out() -> Any:
    """Stand for a field that is not in the answer, which its schema so does not require."""


def _left_out(**said: Any) -> Any:
    return Field(default_factory=_leave_out, **said)


class CaseLine(Output):
    """A case in a list. Without `fields` all of them are there, and a part where `expand` names it."""

    id: UUID
    number: str = _left_out()
    route: Route = _left_out()
    status: Status = _left_out()
    version: int = _left_out()
    employer_id: UUID | None = _left_out(serialization_alias="employer", description="The employing body: its id")
    employer_name: str | None = _left_out()
    region: str | None = _left_out()
    service_name: str | None = _left_out()
    sector: Sector | None = _left_out()
    suspended: Suspension | None = _left_out()
    escalated_at: datetime | None = _left_out()
    final_at: datetime | None = _left_out()
    opened_at: datetime = _left_out()
    changed_at: datetime = _left_out()
    submitted_at: datetime | None = _left_out()
    deadlines: list[DeadlineView] = _left_out(description="Those that run or are paused; with `expand`")
    allowed_actions: list[AllowedAction] = _left_out(description="As the case itself has them; with `expand`")
    parties: list[PartyView] = _left_out(description="In the order of joining; with `expand`")
    documents: list[DocumentLine] = _left_out(description="The first 20, in the order of being added; with `expand`")
    more_documents: bool = _left_out(description="Whether the case has more documents that you see; with `expand`")


class FacetCount(Output):
    """How many of the cases have a value."""

    facet: Facet
    value: str | None = Field(description="Null for those that have none")
    cases: int


class CaseCount(Output):
    """How many cases there are in the whole list, of those that you see."""

    cases: int
    exact: bool = Field(description="Where it is false there are more than so many, and they were not counted")
    facets: list[FacetCount] = Field(
        description="By the values of each facet that was asked for, the most frequent first; none unless exact"
    )


class CasePage(Page[CaseLine]):
    count: CaseCount | None = Field(default=None, description="With `count` or `facet` alone")
