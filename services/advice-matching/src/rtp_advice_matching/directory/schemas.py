"""Request and response bodies of the directory."""

from uuid import UUID

from pydantic import Field

from rtp_advice_matching.directory.models import AdviserKind
from rtp_shared.contracts.vocabulary import LegalForm, Sector, Stage, SupportTopic
from rtp_shared.schemas import Output


class AdviserView(Output):
    """An adviser, mentor or ambassador."""

    id: UUID
    name: str = Field(description="Display name")
    kind: AdviserKind
    network_id: UUID = Field(description="Organisation id of the network they belong to")
    network_name: str
    is_example: bool = Field(description="Made up, for trying the platform out")
    active: bool = Field(description="Whether they take part now; only those are proposed")
    sectors: list[Sector] = Field(description="Sectors they know; none named means any")
    regions: list[str] = Field(description="ONS codes of the regions where they meet groups in person")
    remote: bool = Field(description="Whether they also meet online")
    topics: list[SupportTopic]
    stages: list[Stage] = Field(description="Stages they advise at; none named means any")
    legal_forms: list[LegalForm] = Field(description="Legal forms they know; none named means any")
    capacity: int = Field(description="How many staff groups they can help at a time")
    free_places: int = Field(description="How many more they can help now")
