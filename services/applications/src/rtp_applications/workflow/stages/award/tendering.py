"""Time limits of a tender: by when requests to participate and tenders are due (Procurement Act 2023 s.54)."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import Dated
from rtp_shared.schemas import Day, Line


class ShorterPeriod(StrEnum):
    """Circumstances in which the time limits may be shorter: s.54(3), (4)."""

    PLANNED = "qualifying-planned-procurement-notice"
    URGENCY = "state-of-urgency"
    MARKET = "dynamic-market"
    PRESELECTED = "preselected-suppliers-only"
    NEGOTIATED = "negotiated-with-preselected-suppliers"


OF_THE_PRESELECTED = frozenset({ShorterPeriod.PRESELECTED, ShorterPeriod.NEGOTIATED})
"""For suppliers that were found to satisfy the conditions before, and never of a central government authority."""


class TimeLimits(Dated):
    """By when tenders are due, with all on which the least time for them depends."""

    tenders_due_on: Day | None = Field(
        default=None, description="The day by which tenders must be submitted: the last of the tendering period"
    )
    shorter_because: ShorterPeriod | None = Field(
        default=None,
        description="The circumstance relied on for a time limit that is shorter than usual (s.54(3), (4))",
    )
    electronic_tenders: bool | None = Field(
        default=None,
        strict=True,
        description="Whether tenders may be submitted electronically; left out, it counts as no",
    )
    documents_at_once: bool | None = Field(
        default=None,
        strict=True,
        description="Whether the tender notice and all associated tender documents are provided at the same time; left "
        "out, it counts as no",
    )


class TenderInvitation(TimeLimits):
    """Those who were let participate are invited to submit tenders: the tendering period begins on the day after."""

    KIND: ClassVar[str] = "tender-invitation"

    invited_on: Day
    taken_from: Line | None = Field(
        default=None,
        description="Reference of the document that the dates are taken from: needed for one that is entered late",
        examples=["Letter of 1 March"],
    )
