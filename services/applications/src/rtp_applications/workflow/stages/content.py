"""What an expression of interest says; of a challenge, all that the regulations require: SI 2012/1313, schedule."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.words import PartnerKind
from rtp_shared.schemas import Input, Line, Prose


class Partner(Input):
    """A member of the consortium, or a subcontractor. An organisation: no names of people."""

    name: Line
    kind: PartnerKind
    finances: Prose = Field(description="Its financial resources")
    capability: Prose = Field(description="Evidence that by the time of the procurement it can provide its part")


class InterestContent(Record):
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


REQUIRED = (
    "finances", "capability", "service", "area", "outcomes", "social_value", "economic_value", "environmental_value",
    "user_needs", "employee_engagement",
)  # fmt: skip
"""All but partners, whom not everybody has. Only employees challenge here, so the last is always required."""


@guard("/records/interest-content")
def content_is_complete(step: Step) -> str | None:
    """The expression of interest says all that the regulations require (Localism Act 2011 s.81; SI 2012/1313)."""
    content = step.file.last(InterestContent)
    said = content.model_dump(by_alias=True) if content else {}
    aliases = [str(InterestContent.model_fields[name].alias) for name in REQUIRED]
    missing = [alias for alias in aliases if not said.get(alias)]
    return f"describe the interest; missing: {', '.join(missing)}" if missing else None
