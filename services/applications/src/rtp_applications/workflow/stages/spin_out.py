"""An employer starts a spin-out itself, by its general powers: row 1, without an expression of interest."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.records import PersonRef
from rtp_shared.schemas import Line


class Sponsorship(Record):
    """Who in the body sponsors the spin-out, and by what authority it is begun."""

    KIND: ClassVar[str] = "sponsorship"

    sponsor: PersonRef | None = Field(default=None, description="The sponsor: somebody with influence across the body")
    authority: Line | None = Field(
        default=None,
        description="The decision or delegation by which the body begins",
        examples=["Cabinet minute 2026/41", "Scheme of delegation 3.2: director of adult services"],
    )


@guard("/sponsor", given=True)
def sponsor_named(step: Step) -> str | None:
    """A sponsor in the body is named."""
    return None if step.given.sponsor else "name a sponsor in the body"


@guard("/authority", given=True)
def authority_named(step: Step) -> str | None:
    """The decision or delegation is named by which the body or the head of the service begins it."""
    return None if step.given.authority else "name the decision or delegation by which it is begun"
