"""ETags."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_shared import etags


@given(st.integers(0, 10**9))
def test_an_etag_matches_itself_alone(version: int) -> None:
    tag = etags.format_etag(version)
    assert etags.is_not_modified(tag, tag)
    assert etags.is_not_modified(f'"x", W/{tag}', tag)
    assert etags.is_not_modified("*", tag)
    assert not etags.is_not_modified(etags.format_etag(version + 1), tag)
    assert not etags.is_not_modified(None, tag)
    assert not etags.is_not_modified(tag, None)
