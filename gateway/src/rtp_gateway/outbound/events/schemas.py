"""Types of events, in what clients write."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from rtp_shared.contracts import catalogue


def _require_known(name: str) -> str:
    if name not in catalogue():
        raise ValueError("not a type of event that is published; /asyncapi.json lists them")
    return name


EventType = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(_require_known),
    Field(json_schema_extra={"enum": sorted(catalogue())}),
]
"""The name of an event type that some service publishes."""
