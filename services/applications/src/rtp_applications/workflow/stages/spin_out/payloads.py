"""Payloads with which an employer starts a spin-out itself."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import Dated
from rtp_applications.workflow.identities import PersonRef
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Line


class Sponsorship(Payload):
    """Who in the body sponsors the spin-out, and by what authority it is begun."""

    KIND: ClassVar[str] = "sponsorship"

    sponsor: PersonRef | None = Field(default=None, description="The sponsor: somebody with influence across the body")
    authority: Line | None = Field(
        default=None,
        description="The decision or delegation by which the body begins",
        examples=["Cabinet minute 2026/41", "Scheme of delegation 3.2: director of adult services"],
    )


class SpinOutConfirmation(Dated):
    """The employer's own word that it begins the spin-out, and the decision on which that rests."""

    KIND: ClassVar[str] = "spin-out-confirmation"

    authority: Line = Field(
        description="The decision or delegation by which the body begins", examples=["Cabinet minute 2026/41"]
    )
    decided_on: Day
    where: Line = Field(description="Address or reference where the decision can be read")
    sponsor: PersonRef = Field(description="The sponsor, as the employer names it")
