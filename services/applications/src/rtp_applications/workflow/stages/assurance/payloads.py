"""Payloads of assurance: the rating of a strand, and the commissioner's consent."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.common.days import DecidedByDocument
from rtp_applications.workflow.enums import Audience, Rating, Strand
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Prose


class AssuranceRating(Payload):
    """The rating of one strand. Applicants do not see it before the decision."""

    KIND: ClassVar[str] = "assurance-rating"
    KEY: ClassVar[str | None] = "strand"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    strand: Strand
    rating: Rating
    note: Prose | None = None


class CommissionerConsent(DecidedByDocument):
    """Whether the body that commissions the service consents, where that is not the employer."""

    KIND: ClassVar[str] = "commissioner-consent"

    consents: bool = Field(strict=True)
    note: Prose | None = Field(default=None, description="On what understanding, or why not")
