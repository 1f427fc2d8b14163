"""Payloads of an offered modification and of the acceptance."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.enums import Ground
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Line, Prose, Whole


class Modification(Payload):
    """A change to the expression of interest that the body offers instead of refusing it."""

    KIND: ClassVar[str] = "modification"

    text: Prose = Field(description="The change that is offered")
    otherwise_refused_for: Prose = Field(description="Why it would otherwise be refused")
    ground: Ground | None = Field(default=None, description="On which ground, where the route has a closed list")
    equality_note: Prose | None = Field(
        default=None, description="How the public sector equality duty was met (Equality Act 2010 s.149)"
    )


class Consent(Payload):
    """The staff group's answer to an offered modification."""

    KIND: ClassVar[str] = "modification-answer"

    members_in_favour: Whole = Field(ge=0, le=100_000, description="Members of the group who agreed")


class PlainAcceptance(Payload):
    """The expression of interest is accepted."""

    KIND: ClassVar[str] = "eoi-acceptance"

    reasons: Prose
    equality_note: Prose | None = Field(
        default=None, description="How the public sector equality duty was met (Equality Act 2010 s.149)"
    )
    release_time: Line | None = Field(default=None, description="Working time that the group is released for")


class Acceptance(PlainAcceptance):
    """The expression of interest is accepted, and how that serves the area's well-being."""

    well_being: Prose | None = Field(
        default=None,
        description="Of a challenge: whether acceptance promotes or improves the social, economic or environmental "
        "well-being of the authority's area (Localism Act 2011 s.83(8))",
    )
