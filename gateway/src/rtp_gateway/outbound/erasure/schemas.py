"""Request and response bodies."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from rtp_gateway.outbound.erasure.models import PersonKind
from rtp_shared.schemas import Input, Output


class ErasureOpening(Input):
    """Whose data is to go."""

    kind: PersonKind
    id: UUID = Field(
        description="The person's id: of a party, as in party-changed; of an adviser, as in support-agreed"
    )


class NamingEvent(Output):
    """An event that names the person, and whose data would go."""

    event_id: UUID
    type: str
    subject_id: UUID = Field(description="Id of the case, or of what else it is about")
    recorded_at: datetime


class Findings(Output):
    """The events and the answers that name the person now."""

    events: int = Field(description="Events whose data goes; they stay in the feed in their thin form")
    answers: int = Field(description="Answers of subscribers' sinks that go: to these events, and those with the id")
    items: Sequence[NamingEvent] = Field(description="The events, oldest first; of more than 1,000 the first")


class ErasureView(Output):
    """An erasure, with what would go by it, or what went."""

    id: UUID
    kind: PersonKind
    person_id: UUID
    asked_by: str
    asked_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    events: int | None = Field(description="Events whose data was erased; null before it is confirmed")
    answers: int | None = Field(description="Answers of sinks that were erased; null before it is confirmed")
    findings: Findings = Field(description="What names the person now, and would go")
