"""The request or event that work is done for: W3C trace context, correlation and causation.

Held in a context variable, because it accompanies the work and never decides anything.
Source: W3C Trace Context level 1 (traceparent); CloudEvents extensions `traceparent`, `correlationid`, `causationid`.
"""

import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

HEADERS = frozenset({b"correlation-id", b"x-correlation-id", b"traceparent"})
"""Headers of a request that name its trace."""
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class Trace:
    """One hop of a trace."""

    trace_id: str
    """32 lower hex digits, the same from the first request to the last delivery."""
    span_id: str
    """16 lower hex digits of this hop."""
    sampled: bool
    correlation_id: str
    """Ties together all that one API call caused; chosen by the caller or made here."""
    causation_id: str | None = None
    """Id of the event that caused this work; None for a request."""

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def continue_trace(
    traceparent: str | None, *, correlation_id: str | None = None, causation_id: str | None = None
) -> Trace:
    """Make a new hop of the trace named by `traceparent`, or of a new trace where that is missing or not valid."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match and _is_valid(*match.groups()):
        trace_id, sampled = match[2], bool(int(match[4], 16) & 1)
    else:
        trace_id, sampled = secrets.token_hex(16), False
    return Trace(trace_id, secrets.token_hex(8), sampled, correlation_id or trace_id, causation_id)


def continue_request(headers: Mapping[bytes, bytes]) -> Trace:
    """Make a new hop of the trace that the request's headers name."""
    correlation = headers.get(b"correlation-id") or headers.get(b"x-correlation-id") or b""
    return continue_trace(
        headers.get(b"traceparent", b"").decode("latin-1"), correlation_id=clean_correlation(correlation)
    )


def clean_correlation(correlation: bytes) -> str | None:
    """Return a caller's correlation id if it is short and plain enough to be logged and sent on."""
    text = correlation.decode("latin-1")
    return text if 0 < len(text) <= 128 and text.isascii() and text.isprintable() else None


def _is_valid(version: str, trace_id: str, parent_id: str, _flags: str, rest: str | None) -> bool:
    return version != "ff" and (version != "00" or rest is None) and trace_id != "0" * 32 and parent_id != "0" * 16


current: ContextVar[Trace | None] = ContextVar("rtp_trace", default=None)


def get_trace() -> Trace:
    return current.get() or continue_trace(None)
