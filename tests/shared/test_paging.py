"""Cursors and pages."""

import contextlib
import uuid

from hypothesis import given
from hypothesis import strategies as st

from rtp_shared import paging
from rtp_shared.problems import Invalid


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))), st.uuids())
def test_a_cursor_reads_back(name: str, id_: uuid.UUID) -> None:
    assert paging.decode_cursor(paging.encode_cursor(name, id_), str, uuid.UUID) == [name, id_]


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        key = paging.decode_cursor(text, uuid.UUID)
        assert key is not None
        assert isinstance(key[0], uuid.UUID)


@given(st.lists(st.integers(), max_size=30), st.integers(1, 10))
def test_a_page_is_cut_where_more_follows(rows: list[int], limit: int) -> None:
    page, last = paging.cut(rows[: limit + 1], limit)
    assert list(page) == rows[:limit]
    assert (last is not None) == (len(rows) > limit)
