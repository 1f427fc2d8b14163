"""Text that can be stored."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from rtp_shared.schemas import Count, Input, Line, Pence, Prose, Whole

line, prose = TypeAdapter[str](Line), TypeAdapter[str](Prose)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_what_passes_as_text_can_be_stored(text: str) -> None:
    for kind in (line, prose):
        try:
            kept = kind.validate_python(text)
        except ValidationError:
            continue
        assert "\x00" not in kept
        assert kept.encode()
        assert kept == kept.strip() != ""
    with contextlib.suppress(ValidationError):
        assert "\n" not in line.validate_python(text)


class Bounded(Input):
    alone: Whole = Field(ge=1, le=9)
    absent: Pence | None = None
    several: list[Count] = Field(default=[])


def test_the_bounds_of_whole_numbers_are_written_as_json_schema_has_them() -> None:
    written = Bounded.model_json_schema()["properties"]
    whole = written["alone"], written["absent"]["anyOf"][0], written["several"]["items"]
    assert [(each["minimum"], each["maximum"]) for each in whole] == [(1, 9), (0, 10**13), (0, 10**6)]
    assert not {"ge", "le"} & {key for each in whole for key in each}
