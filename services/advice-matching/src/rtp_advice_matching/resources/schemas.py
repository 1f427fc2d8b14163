"""Response bodies about guides, toolkits and templates."""

from datetime import date
from uuid import UUID

from pydantic import Field

from rtp_advice_matching.resources.models import ResourceKind, SourceCertainty
from rtp_shared.contracts.vocabulary import Route, Sector, Stage, SupportTopic
from rtp_shared.schemas import Output


class ResourceLink(Output):
    """A guide, toolkit or template, in a list beside something else."""

    id: UUID
    kind: ResourceKind
    title: str
    publisher: str
    url: str | None = Field(description="Where it is; null where no lasting address is known")


class ResourceView(ResourceLink):
    """A guide, toolkit or template that others publish."""

    description: str = Field(description="What it is, in our words")
    published: str | None = Field(description="Year, month or day, as exactly as the source says; null if it does not")
    source: str = Field(description="Where this was learned")
    certainty: SourceCertainty
    checked_on: date = Field(description="When somebody last looked at the source")
    licence: str | None = Field(description="How it may be used, where the source says so")
    stages: list[Stage] = Field(description="Stages that it helps at; none named means any")
    topics: list[SupportTopic] = Field(description="What it is about; none named means any")
    routes: list[Route] = Field(description="Routes that it is for; none named means any")
    sectors: list[Sector] = Field(description="Services that it is for; none named means any")
