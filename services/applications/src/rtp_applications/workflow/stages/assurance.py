"""Assuring a business case strand by strand before the panel meets: row 12 of the process."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.business_case import commissioned_by_another
from rtp_applications.workflow.words import Audience, Rating, Strand
from rtp_shared.schemas import Prose


class AssuranceRating(Record):
    """The rating of one strand. Applicants do not see it before the decision."""

    KIND: ClassVar[str] = "assurance-rating"
    KEY: ClassVar[str | None] = "strand"
    AUDIENCE: ClassVar[Audience] = Audience.BODIES

    strand: Strand
    rating: Rating
    note: Prose | None = None


class CommissionerConsent(Record):
    """Whether the body that commissions the service consents, where that is not the employer."""

    KIND: ClassVar[str] = "commissioner-consent"

    consents: bool = Field(strict=True)
    note: Prose | None = Field(default=None, description="On what understanding, or why not")


@guard("/strand", given=True)
def strand_is_assured(step: Step) -> str | None:
    """The strand is one of those that this process assures."""
    return None if step.given.strand in step.process.strands else "this process does not assure that strand"


@guard()
def every_strand_rated(step: Step) -> str | None:
    """Every strand of assurance is rated."""
    rated = {rating.strand for rating, _ in step.file.every(AssuranceRating)}
    missing = [strand for strand in step.process.strands if strand not in rated]
    return f"not rated: {', '.join(missing)}" if missing else None


@guard()
def commissioned_elsewhere(step: Step) -> str | None:
    """Another body than the employer commissions the service."""
    return None if commissioned_by_another(step) else "the employer commissions the service itself"


@guard()
def commissioner_consents(step: Step) -> str | None:
    """Where another body commissions the service, its consent is on file."""
    consent = step.file.last(CommissionerConsent)
    if not commissioned_by_another(step) or (consent and consent.consents):
        return None
    return "the commissioner refused its consent" if consent else "the commissioner's consent is wanting"
