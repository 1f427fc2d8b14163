"""Text that can be stored."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rtp_shared.schemas import Line, Prose

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
