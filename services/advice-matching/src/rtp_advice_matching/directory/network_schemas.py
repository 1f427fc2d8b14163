"""Request and response bodies of networks."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.schemas import Truth
from rtp_shared.schemas import Input, Line, OneLine, Output, Prose

WEBSITE = r"^https?://[^\s/?#]+(/\S*)?$"
Website = Annotated[str, StringConstraints(max_length=500, pattern=WEBSITE), OneLine]


class NetworkGiven(Input):
    """A network, as it describes itself."""

    name: Line
    description: Prose = Field(description="Who it is and what it offers")
    website: Website | None = None


class NetworkChanges(Input):
    """What changes; the rest stays. The website can be taken out by null."""

    name: Line = Field(default_factory=str)
    description: Prose = Field(default_factory=str)
    website: Website | None = Field(default_factory=lambda: None)


class Review(Input):
    """Whether the operator looks at the people of a network before they are shown."""

    reviewed: Truth


class NetworkWithdrawal(Output):
    """What the withdrawal of a network would take down; nothing was done."""

    people: list[UUID] = Field(description="Ids of the profiles whose name, description and conflicts are erased")
    shown: int = Field(description="Those of them that others see now")
    places_taken: int = Field(description="Their places that are taken; what was agreed on goes on")


class NetworkView(Output):
    """An organisation that advisers, mentors or ambassadors belong to."""

    id: UUID = Field(description="The organisation id of its clients")
    name: str
    description: str
    website: str | None
    imported_from: str | None = Field(description="The feed that it came from; null for one that keeps itself")
    is_example: bool = Field(description="Made up, for trying the platform out")
    reviewed: bool = Field(description="Whether the operator looks at its people before they are shown")
    status: ProfileStatus
    version: int = Field(description="Grows by one with every change; the ETag")
    verified_on: date | None = Field(description="When it last said that all of it is right")
    suspended_for: str | None = Field(description="Why the operator hid it; for itself and the operator")
