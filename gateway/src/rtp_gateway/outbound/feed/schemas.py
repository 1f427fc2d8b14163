"""Request parameters and response bodies of the feed."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from rtp_gateway.types import JsonObject

AttributeValue = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:-]+$")]
"""The value of an attribute that events can be chosen by."""


class EventPage(BaseModel):
    """A part of the feed."""

    items: list[JsonObject] = Field(
        description="Events (CloudEvents 1.0), oldest first, byte for byte as published; one whose data was erased "
        "has `erasedat` and `eventhash` instead of `data`"
    )
    next: str | None = Field(description="Cursor for `after` where more events are there already; null at the end")
    cursor: str = Field(description="Cursor to go on from later, also when there is nothing new")
