"""Request and response bodies of complaints on data protection."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.complaints.models import ComplaintOutcome, ComplaintState
from rtp_shared.schemas import Input, Output, Prose


class ComplaintOpening(Input):
    """What a person complains of to a body."""

    body: BodyReference = Field(description="The body whose use of personal data it is about")
    subject: Prose = Field(description="What went wrong, in the person's words")


class ComplaintProgress(Input):
    """How the body's inquiries go."""

    steps_taken: Prose


class ComplaintAnswer(Input):
    """What the body found of the complaint."""

    outcome: ComplaintOutcome
    answer: Prose


class ComplaintView(Output):
    """A complaint on data protection, as the complainant's client and the body see it."""

    id: UUID
    body_id: UUID
    made_by: str = Field(description="Opaque reference of the person")
    subject: str
    state: ComplaintState
    received_at: datetime
    acknowledge_by: date = Field(description="The last of the 30 days, which begin on the day of receipt")
    acknowledged_at: datetime | None
    acknowledged_late: bool
    steps_taken: str | None = Field(description="What the body last told of its inquiries")
    outcome: ComplaintOutcome | None = Field(description="Owed without undue delay")
    answer: str | None
    answered_at: datetime | None
    version: int
