"""Keys of requests that are done once, and which writes take them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_shared import idempotency
from rtp_shared.auth import Access
from rtp_shared.problems import Malformed
from rtp_shared.web import SAFE
from tests.architecture.test_routes import access_of, routes

KEYS = [
    ('"a"', "a"), ("a", "a"), ('"a b"', "a b"), ("a;b", "a;b"), (' "a"\t', "a"), (r'"a\"b\\"', 'a"b\\'), ('"a";p', "a"),
    ('"a"; p=1;q="x\\"";r=?1', "a"), ('"' + "x" * 255 + '"', "x" * 255), ('"' + r"\"" * 255 + '"', '"' * 255),
]  # fmt: skip
NO_KEYS = [
    "",
    '""',
    '"',
    '"a',
    'a"',
    '"a"b',
    '"a" b',
    r'"a\b"',
    '"a", "b"',
    "a, b",
    '"a";',
    '"a";P',
    "é",
    '"é"',
    '"' + "x" * 256 + '"',
]


@given(st.text(max_size=300))
def test_any_text_is_an_idempotency_key_or_refused(header: str) -> None:
    try:
        key = idempotency.read_key(header)
    except Malformed:
        return
    assert 1 <= len(key) <= 255
    assert key.isascii()
    assert key.isprintable()


@pytest.mark.parametrize(("header", "key"), KEYS)
def test_a_string_of_structured_fields_is_read_with_its_escapes_and_parameters(header: str, key: str) -> None:
    assert idempotency.read_key(header) == key


@pytest.mark.parametrize("header", NO_KEYS)
def test_what_is_no_string_is_refused(header: str) -> None:
    with pytest.raises(Malformed):
        idempotency.read_key(header)


def test_every_write_of_a_client_may_be_repeated_under_a_key() -> None:
    writes = [
        route
        for _, route in routes()
        if not (route.methods or set()) <= set(SAFE) and isinstance(access_of(route)[0], Access)
    ]
    assert len(writes) > 130
    assert [route.path for route in writes if not getattr(route, "accepts_idempotency_keys", True)] == []
