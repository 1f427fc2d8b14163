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
