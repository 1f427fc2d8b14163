"""What a service hands in of one person, where the person asks what is kept of them (UK GDPR Article 15).

No event: the gateway asks each service, and puts the answers together.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from rtp_shared.schemas import Input, Output

PATH = "/internal/subject-data"
"""Where a service hands it in. The gateway forwards nobody to it."""
ASK, OVERSEE = "personal-data:ask", "personal-data:oversee"
"""Scopes: of whoever vouches for people, and of whoever answers for all of the data."""
ANOTHER = "[another person]"
"""What stands where somebody else is named."""
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,100}$")]


class SubjectQuestion(Input):
    """Of whom all that is kept is asked."""

    reference: Reference = Field(description="The opaque reference by which clients name the person (`On-Behalf-Of`)")
    adviser_ids: list[UUID] = Field(
        default=[], max_length=20, description="Of the person's profiles as an adviser or mentor, if there are any"
    )


class ServiceQuestion(SubjectQuestion):
    """The same as a service is asked it."""

    party_ids: list[UUID] = Field(default=[], max_length=5000)
    """Parts of the person in cases, by which events name them."""


class SubjectRecord(Output):
    """One thing that is kept of the person."""

    service: str = Field(description="The service that keeps it")
    kind: str = Field(description="What it is")
    id: str = Field(description="Its id within its kind")
    case_id: UUID | None = Field(description="The case that it is of, if it is of one")
    content: dict[str, Any] = Field(
        description=f"Each field that is kept about the person. Where somebody else is named it says `{ANOTHER}`"
    )
    source: str = Field(description="Where it came from")
    recipients: list[str] = Field(description="Who may read it, or was sent it, by category")
    kept: str = Field(description="How long it is kept, or by which rule that is decided")


class Withheld(Output):
    """What is kept and not handed out."""

    service: str
    kind: str
    count: int = Field(description="How many there are")
    reason: str = Field(description="Why, and by which law")


class SubjectData(BaseModel):
    """What one service hands in."""

    records: list[SubjectRecord]
    withheld: list[Withheld]
    party_ids: list[UUID] = []


class SubjectDataExport(Output):
    """All that is kept of one person, from every service."""

    reference: str
    made_at: datetime
    complete: bool = Field(description="False where you vouch for the person: of what others hold, ask those")
    purposes: str = Field(description="What it is kept for")
    rights: list[str] = Field(description="What the person may ask for")
    records: list[SubjectRecord]
    withheld: list[Withheld]
