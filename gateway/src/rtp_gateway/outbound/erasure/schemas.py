"""Request and response bodies."""

from typing import Annotated

from pydantic import Field, StringConstraints

from rtp_shared.schemas import Input, Output, Storable


class Erasure(Input):
    """Whose data is to go."""

    reference: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=8, max_length=200),
        Field(description="The opaque reference by which events name the person: a party's or adviser's id"),
        Storable,
    ]


class Erased(Output):
    """What went. Sequences and hashes stay as they were."""

    events: int = Field(description="Events whose data was erased; they stay in the feed in their thin form")
    answers: int = Field(description="Answers of subscribers' sinks that were erased")
