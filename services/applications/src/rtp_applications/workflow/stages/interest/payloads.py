"""Content of an expression of interest; of a challenge, all that the regulations require: SI 2012/1313, schedule."""

from typing import ClassVar

from pydantic import Field, StrictBool

from rtp_applications.workflow.enums import PartnerKind
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Input, Line, Prose


class Partner(Input):
    """A member of the consortium, or a subcontractor. An organisation: no names of people."""

    name: Line
    kind: PartnerKind
    finances: Prose = Field(description="Its financial resources")
    capability: Prose = Field(description="Evidence that by the time of the procurement it can provide its part")


class InterestContent(Payload):
    """What the expression of interest says. A challenge must say all of it that applies: SI 2012/1313, schedule."""

    KIND: ClassVar[str] = "interest-content"

    finances: Prose | None = Field(default=None, description="The financial resources of the body that applies")
    capability: Prose | None = Field(
        default=None, description="Evidence that by the time of the procurement it can provide the service"
    )
    service: Prose | None = Field(default=None, description="The service, so that it can be identified")
    area: Line | None = Field(default=None, description="The area in which it is provided")
    outcomes: Prose | None = Field(default=None, description="The outcomes to be achieved")
    social_value: Prose | None = Field(default=None, description="How it promotes social well-being")
    economic_value: Prose | None = Field(default=None, description="How it promotes economic well-being")
    environmental_value: Prose | None = Field(default=None, description="How it promotes environmental well-being")
    user_needs: Prose | None = Field(default=None, description="How it meets the needs of the service's users")
    employee_engagement: Prose | None = Field(
        default=None, description="How the other employees who are affected will be engaged"
    )
    partners: list[Partner] = Field(
        default=[], max_length=50, description="Each member of the consortium and each subcontractor"
    )


class ChallengeContent(InterestContent):
    """What a challenge says: its expression of interest, and that the service is none that the right leaves out."""

    for_a_named_person: StrictBool | None = Field(
        default=None,
        description="Whether the service is commissioned or provided in respect of a named person with complex "
        "individual health or social care needs: the right leaves such a service out (SI 2012/1313 Sch 2 para 4)",
    )
