"""Response bodies about the records on file in a case."""

from datetime import datetime
from typing import Any

from pydantic import Field

from rtp_applications.cases.schemas import SignatureView
from rtp_applications.workflow.enums import Audience
from rtp_shared.schemas import Output


class RecordView(Output):
    """What an action put on file: the newest of its kind and key. Earlier ones are in the history."""

    kind: str = Field(description="What it is, as the process names it", examples=["information-request"])
    key: str = Field(description="What tells it from others of the kind; empty where there is only one")
    content: dict[str, Any] = Field(description="As it was given with the action")
    signed: list[SignatureView]
    audience: Audience


class ConflictView(Output):
    """A line of the register of interests."""

    person: str = Field(description="Opaque reference")
    interest: str = Field(description="Its name, by which it is confirmed, changed or ended")
    nature: str
    bars_from_deciding: bool
    counts: bool = Field(
        description="Whether it bars now. What others than the person or the deciding side declare does once a case "
        "officer declares the same"
    )
    ended: bool
    declared_by: SignatureView = Field(description="Who put it on the register, last")
    declared_at: datetime
