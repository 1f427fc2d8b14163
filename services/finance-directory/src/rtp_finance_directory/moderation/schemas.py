"""Request and response bodies of moderation."""

from uuid import UUID

from pydantic import Field, StrictBool

from rtp_shared.paging import Page
from rtp_shared.schemas import Day, Input, Line, Output


class PublicationGiven(Input):
    """When something is published."""

    publish_on: Day | None = Field(default=None, description="The day from which it is shown; at once if left out")
    unpublish_on: Day | None = Field(default=None, description="The day on which it is taken off again")


class SuspensionGiven(Input):
    """Why something is taken off. Its keeper and the operator read it, and nobody else."""

    reason: Line | None = None


class HandOverGiven(Input):
    """Who keeps rows of the operator from now on."""

    organisation: UUID | None = Field(description="The organisation that keeps them; null: the operator itself again")


class KeeperGiven(Input):
    """Whether the operator looks at what an organisation keeps before it is shown."""

    reviewed: StrictBool


class KeeperView(Output):
    """An organisation of which the operator has said whether it is reviewed."""

    organisation: UUID
    reviewed: bool
    version: int = Field(description="The ETag")


class KeeperPage(Page[KeeperView]):
    """One page of organisations that keep rows of the directory."""
