"""Payloads of an offered modification and of the acceptance."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.common.days import ByTheRules, DecidedByDocument, Notified
from rtp_applications.workflow.enums import Ground
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Input, Line, Prose, Whole


class PlainModification(Payload):
    """A change to the expression of interest that the body offers instead of refusing it."""

    KIND: ClassVar[str] = "modification"

    text: Prose = Field(description="The change that is offered")
    otherwise_refused_for: Prose = Field(description="Why it would otherwise be refused")
    ground: Ground | None = Field(default=None, description="On which ground, where the route has a closed list")
    equality_note: Prose | None = Field(
        default=None, description="How the public sector equality duty was met (Equality Act 2010 s.149)"
    )


class Parts(Input):
    """What of the service that was asked for is accepted, and what is not."""

    accepted: Prose = Field(description="The part of the service that is accepted")
    refused: Prose = Field(description="The part that is refused")


class Modification(PlainModification, DecidedByDocument):
    """A change to the expression of interest that the body offers instead of refusing it, such as to a part of the
    service.
    """

    parts: Parts | None = Field(
        default=None, description="Where a part of the service alone could be accepted: that part, and the rest"
    )


class PartialAcceptance(DecidedByDocument):
    """A part of what was asked is accepted, and the rest refused."""

    KIND: ClassVar[str] = "partial-acceptance"

    parts: Parts
    reasons: Prose = Field(
        description="Why the rest is refused; it is published in the public register unless a redacted text is given"
    )
    published_reasons: Prose | None = Field(
        default=None, description="The reasons as they may be published, where the full ones may not"
    )
    equality_note: Prose | None = Field(
        default=None, description="How the public sector equality duty was met (Equality Act 2010 s.149)"
    )
    release_time: Line | None = Field(default=None, description="Working time that the group is released for")


class Consent(DecidedByDocument):
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


class Acceptance(PlainAcceptance, ByTheRules, Notified):
    """The expression of interest is accepted, and how that serves the area's well-being."""

    well_being: Prose | None = Field(
        default=None,
        description="Of a challenge: whether acceptance promotes or improves the social, economic or environmental "
        "well-being of the authority's area (Localism Act 2011 s.83(8))",
    )
