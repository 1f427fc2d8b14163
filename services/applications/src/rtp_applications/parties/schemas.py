"""Request and response bodies about the people of a case."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.identities import PersonRef
from rtp_shared.schemas import Day, Input, Line, Output

ClientRef = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,62}$"),
    Field(description="Id of the client through which the person acts", examples=["union-portal"]),
]
_MANDATE = "What the person acts on: a vote, a resolution, a letter of appointment; no names. It stands in the audit"
_NAME = (
    "Personal name. The group's own client sees it; the bodies see those of applicants once the case is submitted. "
    "It is in no event, no audit and no bundle"
)


class Holder(Input):
    """Who vouches for the person: a client, or every client of an organisation. It comes to see the case."""

    client: ClientRef | None = None
    organisation: BodyReference | None = None

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Self:
        if (self.client is None) == (self.organisation is None):
            raise ValueError("name either a client or an organisation")
        return self


class Appointment(Input):
    """A person who is to have a role in the case."""

    role: Role
    person: PersonRef
    holder: Holder | None = Field(default=None, description="Where it is not your own client or organisation")
    name: Line | None = Field(default=None, description=_NAME)
    mandate: Line | None = Field(default=None, description=_MANDATE)
    valid_from: Day | None = Field(default=None, description="First day in the role; today unless said")
    valid_to: Day | None = Field(default=None, description="Last day in the role")


class PartyChanges(Input):
    name: Line | None = Field(default=None, description=_NAME)
    mandate: Line | None = Field(default=None, description=_MANDATE)
    valid_to: Day | None = Field(default=None, description="Last day in the role")


class HolderView(Output):
    """The client that vouches for the person, or the organisation, all of whose clients do. One of the two is null."""

    client: str | None
    organisation: UUID | None


class PartyView(Output):
    """A person's part in a case, as its reader may see it."""

    id: UUID
    role: Role
    person: str = Field(description="Opaque reference")
    name: str | None = Field(description="Personal name, where you may see it and it is known")
    pseudonym: str | None = Field(description="Of applicants, in the order of joining", examples=["Applicant 1"])
    holder: HolderView
    mandate: str | None
    valid_from: date
    valid_to: date | None = Field(
        description="Last day in the role. A part that was ended on the day on which it began has that day, and does "
        "not hold"
    )
    holds: bool = Field(description="Whether the person has the role today")
