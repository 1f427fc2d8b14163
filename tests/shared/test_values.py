"""Laws of the small values that cross every edge: cursors, ETags, traces, keys, safe text, times."""

import contextlib
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rtp_shared import clock, etags, idempotency, paging
from rtp_shared.problems import Invalid, Malformed
from rtp_shared.schemas import Line, Prose
from rtp_shared.tracing import continue_trace

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


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


@given(st.integers(0, 10**9))
def test_an_etag_matches_itself_alone(version: int) -> None:
    tag = etags.format_etag(version)
    assert etags.is_not_modified(tag, tag)
    assert etags.is_not_modified(f'"x", W/{tag}', tag)
    assert etags.is_not_modified("*", tag)
    assert not etags.is_not_modified(etags.format_etag(version + 1), tag)
    assert not etags.is_not_modified(None, tag)
    assert not etags.is_not_modified(tag, None)


@pytest.mark.parametrize(
    ("header", "goes_on"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", True),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-what-the-future-holds", True),
        (f"00-{TRACE}-00f067aa0ba902b7-01-more", False),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", False),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
        (f"00-{TRACE}-{'0' * 16}-01", False),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", False),
        (f"00-{TRACE}-00f067aa0ba902b7", False),
        ("", False),
        (None, False),
    ],
)
def test_a_trace_goes_on_if_its_header_is_valid(header: str | None, goes_on: bool) -> None:
    trace = continue_trace(header)
    assert (trace.trace_id == TRACE) == goes_on
    assert continue_trace(trace.traceparent).trace_id == trace.trace_id
    assert trace.span_id != "00f067aa0ba902b7"


@given(st.text(max_size=80))
def test_any_header_gives_a_valid_trace(header: str) -> None:
    assert continue_trace(continue_trace(header).traceparent).traceparent.startswith("00-")


@given(st.text(max_size=300))
def test_any_text_is_an_idempotency_key_or_refused(header: str) -> None:
    try:
        key = idempotency.read_key(header)
    except Malformed:
        return
    assert 1 <= len(key) <= 255
    assert key.isascii()
    assert key.isprintable()


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


def test_the_civil_date_is_that_of_london() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert late.astimezone(clock.LONDON).date().isoformat() == "2026-07-02"
    assert clock.utcnow().tzinfo is UTC
    assert clock.today() == clock.utcnow().astimezone(clock.LONDON).date()
