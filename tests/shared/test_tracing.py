"""The trace of a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_shared.tracing import continue_request, continue_trace

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


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


@pytest.mark.parametrize(
    ("headers", "correlation"),
    [
        ({b"correlation-id": b"mine", b"x-correlation-id": b"other"}, "mine"),
        ({b"x-correlation-id": b"other"}, "other"),
        ({b"correlation-id": "\u00e9".encode()}, TRACE),
        ({b"correlation-id": b"x" * 129}, TRACE),
        ({}, TRACE),
    ],
)
def test_a_request_goes_on_under_its_trace_and_correlation(headers: dict[bytes, bytes], correlation: str) -> None:
    trace = continue_request({b"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01".encode(), **headers})
    assert (trace.trace_id, trace.correlation_id, trace.sampled) == (TRACE, correlation, True)
