"""The trace that a request is part of, to the letter of W3C Trace Context level 1 with the flags of level 2."""

import re
from collections.abc import Iterable, Sequence

from rtp_shared import tracing
from rtp_shared.tracing import Trace

MOST_MEMBERS = 32
LONGEST_STATE = 4096
_KEY = re.compile(rb"[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}")
_VALUE = re.compile(rb"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
OURS = frozenset({*tracing.HEADERS, b"tracestate"})

Headers = Iterable[tuple[bytes, bytes]]


def continue_trace(headers: Headers) -> tuple[Trace, bytes | None]:
    """Return our hop of the request's trace, and the state that others keep of it, which is sent on as it came.

    Two `traceparent` are none: nobody can know which holds. Without a valid one there is no state either, and a state
    that is not in its form is dropped alone.
    """
    headers = list(headers)
    parents = [value for name, value in headers if name == b"traceparent"]
    one = {name: value.strip(b" \t") for name, value in headers if name != b"traceparent" or len(parents) == 1}
    trace = tracing.continue_request(one)
    if one.get(b"traceparent", b"")[3:35].decode("latin-1") != trace.trace_id:
        return trace, None
    return trace, read_state([value for name, value in headers if name == b"tracestate"])


def read_state(fields: Sequence[bytes]) -> bytes | None:
    """Return the members of all the fields as one, or None if there are none or one of them is not valid."""
    members = [member.strip(b" \t") for field in fields for member in field.split(b",")]
    members = [member for member in members if member]
    keys = [member.partition(b"=")[0] for member in members]
    if not members or len(members) > MOST_MEMBERS or len(set(keys)) < len(keys):
        return None
    if not all(_is_valid(*member.partition(b"=")) for member in members):
        return None
    state = b",".join(members)
    return state if len(state) <= LONGEST_STATE else None


def _is_valid(key: bytes, equals: bytes, value: bytes) -> bool:
    return bool(equals and _KEY.fullmatch(key) and _VALUE.fullmatch(value))


def add_trace(headers: Headers, trace: Trace, state: bytes | None) -> list[tuple[bytes, bytes]]:
    """Return the headers with our trace in them, so that the service logs and answers under the same ids as we do."""
    kept = [header for header in headers if header[0] not in OURS]
    kept.append((b"correlation-id", trace.correlation_id.encode("ascii")))
    kept.append((b"traceparent", trace.traceparent.encode("ascii")))
    if state is not None:
        kept.append((b"tracestate", state))
    return kept
