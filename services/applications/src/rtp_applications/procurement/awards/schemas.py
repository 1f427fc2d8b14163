"""Request and response bodies of the records of awards."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.procurement.rules.cooling import ReservationLaw
from rtp_shared.schemas import Day, Input, Line, Output, Prose, not_before

ProviderReference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}-[A-Z]{2,8}-[A-Z0-9]{1,32}$"),
    Field(description="Identifier of the provider with its org-id.guide scheme", examples=["GB-COH-01234567"]),
]
WrittenCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{8}(-[0-9])?$"), Field(description="CPV code", examples=["92511000-6"])
]


class AwardGiven(Input):
    """A contract that a body awarded, on the platform or elsewhere."""

    authority: BodyReference = Field(description="The body that awarded it")
    provider: ProviderReference
    provider_name: Line
    cpv: list[WrittenCode] = Field(min_length=1, max_length=50)
    reserved_under: ReservationLaw | None = Field(
        default=None, description="The provision in reliance on which it was reserved to mutuals, if it was"
    )
    awarded_on: Day
    entered_into_on: Annotated[Day, not_before("awarded_on")]
    source: Prose = Field(description="The notice or decision that it is taken from, with its number")


class AwardWithdrawal(Input):
    reason: Prose = Field(description="Why the record is wrong; public")


class AwardView(Output):
    """A contract that a body awarded to a provider."""

    id: UUID
    authority_id: UUID = Field(serialization_alias="authority")
    authority_name: str
    provider: str
    provider_name: str
    cpv: list[str]
    reserved_under: ReservationLaw | None
    awarded_on: date
    entered_into_on: date
    source: str
    recorded_at: datetime
    withdrawn_at: datetime | None = Field(description="When the record was taken back as wrong; it counts no more")
    withdrawal_reason: str | None
    ended_on: date | None = Field(
        description="When the contract ended, where that is on record. It counts all the same: what matters is that it "
        "was entered into (Procurement Act 2023 s.33(5))"
    )
    end_reason: str | None
    ocid: str | None = Field(description="Open Contracting id of the process, where its notices tell the award")
    from_notice: bool = Field(
        description="All that the record says is what public notices say. What the body itself enters takes its place"
    )
    authority_known_by: str | None = Field(
        description="How the authority was recognised in a notice: identifier; or name, which is a guess, so that the "
        "award counts only once the body enters it. Null where no notice alone says it"
    )
    version: int = Field(description="Grows with every change; the ETag")
