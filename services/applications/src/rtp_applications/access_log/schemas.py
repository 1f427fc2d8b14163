"""Response bodies of the log of who read personal data."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from rtp_applications.access_log.models import ReadKind
from rtp_shared.schemas import Output


class PersonalDataReadView(Output):
    """A reading of personal data of people for whom you vouch, or answer."""

    id: UUID
    at: datetime
    kind: ReadKind
    case_id: UUID | None
    people: list[str] = Field(
        description="References of the people whose data was shown; none where it is of whoever is in a document"
    )
    client_id: str = Field(description="The client that read")
    organisation: UUID = Field(description="The organisation of that client")
    on_behalf_of: str | None = Field(
        description="For whom the client read; shown to its own organisation and to whoever answers for the data"
    )
    reason: str | None = Field(description="Why, where that is known")
