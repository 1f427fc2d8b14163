"""Payload of the consideration that the Public Services (Social Value) Act 2012 asks for."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_shared.schemas import Day, Prose


class SocialValuePart(StrEnum):
    """What is to be considered: s.1(3)(a), (3)(b) and (7)."""

    WELL_BEING = "well-being"
    CONDUCT = "in-the-procurement"
    CONSULTATION = "consultation"


class SocialValueConsideration(DatedByDocument):
    """What was considered before the procurement starts: Public Services (Social Value) Act 2012 s.1(3), (7)."""

    KIND: ClassVar[str] = "social-value-consideration"

    well_being: Prose | None = Field(
        default=None,
        description="How what is to be procured might improve the economic, social and environmental well-being of the "
        "relevant area (s.1(3)(a))",
    )
    in_the_procurement: Prose | None = Field(
        default=None,
        description="How, in conducting the procurement, the authority might act with a view to securing that: only "
        "matters that are relevant, as far as proportionate (s.1(3)(b), (6))",
    )
    consultation: Prose | None = Field(
        default=None, description="Whether to consult on these matters, and why or why not (s.1(7))"
    )
    urgent_need: Prose | None = Field(
        default=None,
        description="Where an urgent need makes it impractical to consider all of it in time: what the need is, and "
        "that no undue delay of the authority brought it about (s.1(8), (9))",
    )
    impractical: list[SocialValuePart] = Field(
        default=[],
        max_length=3,
        description="What it was not practical to consider in time: the urgent need lifts that, and no more (s.1(8))",
    )
    undue_delay: bool | None = Field(
        default=None,
        strict=True,
        description="Where there is an urgent need, whether undue delay of the authority reduced the time: to that "
        "extent nothing is lifted (s.1(9))",
    )
    considered_on: Day
