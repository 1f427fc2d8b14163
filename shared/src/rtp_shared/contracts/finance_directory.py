"""Events that finance-directory publishes about the finance open to a case."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from rtp_shared.contracts.base import PREFIX, EventData


class ShortlistMade(EventData):
    """The finance products whose rules fit a case were listed. A shortlist is information, never an offer."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.shortlist-made.v1"

    case_id: UUID = Field(description="The case")
    shortlist_id: UUID = Field(description="The shortlist, with the reason per rule")
    fitting: int = Field(description="How many products fit")
    not_fitting: int = Field(description="How many do not, each with the first rule that fails")
    made_at: datetime = Field(description="When it was made, UTC")


class ShortlistChanged(EventData):
    """The shortlist of a case was made again, because the case is of another sector or region than before."""

    TYPE: ClassVar[str] = f"{PREFIX}.finance-directory.shortlist-changed.v1"
    SINCE: ClassVar[str] = "1.3.0"

    case_id: UUID = Field(description="The case")
    shortlist_id: UUID = Field(description="The shortlist, with the reason per rule")
    edition: int = Field(description="The edition that this made; the former ones are kept")
    fitting: int = Field(description="How many products fit now")
    not_fitting: int = Field(description="How many do not")
    now_fitting: list[UUID] = Field(default=[], description="Products that fit now, and did not before")
    no_longer_fitting: list[UUID] = Field(default=[], description="Products that fitted before, and do not now")
    changed_at: datetime = Field(description="When it was made again, UTC")
