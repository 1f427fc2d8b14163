"""Keys of requests that are done once."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_shared import idempotency
from rtp_shared.problems import Malformed


@given(st.text(max_size=300))
def test_any_text_is_an_idempotency_key_or_refused(header: str) -> None:
    try:
        key = idempotency.read_key(header)
    except Malformed:
        return
    assert 1 <= len(key) <= 255
    assert key.isascii()
    assert key.isprintable()
