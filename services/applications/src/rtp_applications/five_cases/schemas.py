"""Response bodies of the summary of the five cases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from rtp_applications.five_cases.rules import FiveCase
from rtp_applications.workflow.enums import DocumentKind
from rtp_shared.schemas import Output


class SummaryRecordView(Output):
    """A record that a case rests on."""

    kind: str = Field(description="What it is, as the process names it", examples=["options-appraisal"])
    key: str = Field(description="What tells it from others of the kind; empty where there is only one")
    content: dict[str, Any] = Field(description="As it was given with the action")
    signed_at: datetime = Field(description="When the last signature was put under it")


class SummaryDocumentView(Output):
    """A document that a case rests on: its newest version, at /v1/cases/{id}/documents/{document}."""

    id: UUID
    kind: DocumentKind
    title: str
    version: int


class CaseSummaryView(Output):
    """One of the five cases: what is on file for it, and what it lacks."""

    name: FiveCase
    question: str = Field(description="What the case has to answer")
    records: list[SummaryRecordView]
    documents: list[SummaryDocumentView] = Field(description="Those with a content that are not withdrawn")
    missing_records: list[str] = Field(description="Kinds of which nothing is on file that you may see")
    missing_documents: list[DocumentKind] = Field(
        description="Kinds of which there is none that you may see, though this case needs one"
    )


class FiveCaseSummaryView(Output):
    """A business case by the five cases of the Green Book."""

    cases: list[CaseSummaryView] = Field(description="Strategic, economic, commercial, financial, management")
    source: str = Field(description="Where the model of five cases comes from")
