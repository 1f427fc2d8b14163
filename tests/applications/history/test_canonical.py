"""Canonical JSON: that of another implementation, and nothing that two readers might read differently."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given

from rtp_applications.history.canonical import SAFE, NotCanonical, canonical, read_json
from tests.applications.history.examples import START, values


@given(values)
def test_canonical_json_is_that_of_another_implementation(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_canonical_json_reads_back(value: Any) -> None:
    assert canonical(read_json(canonical(value))) == canonical(value)


def test_keys_stand_in_the_order_of_their_utf16_units() -> None:
    assert canonical({"\ufb01": 1, "\U0001f600": 2}).decode() == '{"\U0001f600":2,"\ufb01":1}'


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.5, "1.5 is a float"),
        ({"a": [float("nan")]}, "nan is a float"),
        (SAFE + 1, "a whole number of 54 bits"),
        (10**4000, "a whole number of"),
        ({1: "a"}, "a key is int"),
        ("\ud800", "half of a surrogate pair"),
        ({"\ud800": "\U0001f600"}, "half of a surrogate pair"),
        ({"a": START}, "datetime is not a JSON type"),
        ({"a": (1,)}, "tuple is not a JSON type"),
    ],
)
def test_what_is_not_json_of_ours_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(NotCanonical, match=reason):
        canonical(value)


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(NotCanonical, match="too deeply"):
        canonical(deep)
    with pytest.raises(NotCanonical, match="too deeply"):
        read_json(b"[" * 100_000)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":1.0}', "1.0 is not a whole number"),
        (b"NaN", "NaN is not"),
        (b"\xff", "not JSON"),
        (b'\xef\xbb\xbf"a"', "not JSON"),
        (b"", "not JSON"),
        (b"9" * 5000, "not JSON"),
    ],
)
def test_json_that_two_readers_might_read_differently_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(NotCanonical, match=reason):
        read_json(text)
