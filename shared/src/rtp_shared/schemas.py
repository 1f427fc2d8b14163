"""Building blocks for request and response bodies: camelCase on the wire, unknown fields refused, safe text."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


class Input(BaseModel):
    """A request body. A field we do not know is an error, because a typing mistake must not lose what was meant."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True, validate_by_name=False, extra="forbid")


class Output(BaseModel):
    """A response body."""

    # By name alone: looking for an alias first costs a failed lookup for every field of every row.
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=False, from_attributes=True
    )


def require_storable(text: str) -> str:
    """Return the text; raise ValueError if it holds a character that cannot be stored or shown."""
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in "\n\t\r"):
            raise ValueError(f"holds a character that is not text (U+{ord(character):04X})")
    return text


Storable = AfterValidator(require_storable)

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]*$"), Storable
]
"""One line of text: 1 to 200 characters."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000), Storable]
"""Some paragraphs of text: 1 to 5,000 characters."""

Pence = Annotated[int, Field(ge=0, le=10**13, strict=True)]
"""Money in whole pence, up to a hundred billion pounds."""

Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
