"""The rows that have a limit say when they pass it."""

from typing import Any

import pytest
from bench import __main__ as bench
from bench.limits import LIMITS, find_passed

IMPORT = {"name": "grant-import", "per_second": 8_000, "ratio": 0.5, "mib": 250}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"ratio": 0.3, "per_second": 20_000}, []),
        ({"ratio": 0.3}, ["grant-import: per_second 8000, at the least 20000 or ratio 0.3, at the least 0.4"]),
        ({"mib": 301}, ["grant-import: mib 301, at the most 300"]),
    ],
)
def test_of_bounds_that_stand_for_each_other_one_is_enough(change: dict[str, Any], words: list[str]) -> None:
    assert list(find_passed([{**IMPORT, **change}, {"name": "read"}])) == words


def test_every_limit_is_of_a_row() -> None:
    assert set(LIMITS) <= set(bench.NAMES)
