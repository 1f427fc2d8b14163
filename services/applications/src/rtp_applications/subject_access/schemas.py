"""Request and response bodies of requests for access to one's data."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from rtp_applications.subject_access.models import AccessRefusal, AccessState
from rtp_applications.workflow.identities import PersonRef
from rtp_shared.schemas import Input, Output, Prose


class AccessRequestOpening(Input):
    """A person's request for access to what is kept of them."""

    person: PersonRef = Field(description="Opaque reference of the person who asks, for whom you vouch")
    scope: Prose | None = Field(default=None, description="What the person asks for, if not for all")


class AccessExtension(Input):
    """Why the answer takes up to two further months."""

    reason: Prose = Field(description="As the person was told it: that it is complex, or that there are many requests")


class AccessAnswer(Input):
    """How the request was answered."""

    refusal: AccessRefusal | None = Field(default=None, description="Why nothing was handed out; null where all was")


class AccessRequestView(Output):
    """A request for access, and by when it is to be answered."""

    id: UUID
    person: str
    scope: str | None
    state: AccessState
    received_at: datetime
    due_on: date = Field(description="The last day for the answer: one month, or three where it was extended")
    extended_at: datetime | None
    extension_reason: str | None
    answered_at: datetime | None
    answered_late: bool
    refusal: AccessRefusal | None
    version: int
