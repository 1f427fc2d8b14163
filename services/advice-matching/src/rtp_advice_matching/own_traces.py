"""Traces that lead back to nobody: callers choose their correlation ids, which not all who read an event may see."""

from collections.abc import Iterator
from contextlib import contextmanager

from rtp_shared.tracing import continue_trace, current


@contextmanager
def begin_own_trace() -> Iterator[None]:
    """Publish within the block as if nobody had called: what is told has a trace and a correlation id of its own."""
    token = current.set(continue_trace(None))
    try:
        yield
    finally:
        current.reset(token)
