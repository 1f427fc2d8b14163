"""What the feed answers, and what can be asked of it."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from rtp_shared.contracts.base import catalogue


def _known(name: str) -> str:
    if name not in catalogue():
        raise ValueError("not a type of event that is published; /asyncapi.json lists them")
    return name


EventType = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(_known),
    Field(json_schema_extra={"enum": sorted(catalogue())}),
]
"""The name of an event type that some service publishes."""

Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:-]+$")]
"""The value of an attribute that events can be chosen by."""


class EventPage(BaseModel):
    """A part of the feed."""

    items: list[dict[str, Any]] = Field(
        description="Events (CloudEvents 1.0), oldest first, byte for byte as published; one whose data was erased "
        "has `erasedat` and `eventhash` instead of `data`"
    )
    next: str | None = Field(description="Cursor for `after` where more events are there already; null at the end")
    cursor: str = Field(description="Cursor to go on from later, also when there is nothing new")
