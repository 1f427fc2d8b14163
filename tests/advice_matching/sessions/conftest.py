"""What the tests of engagements stand on."""

from tests.advice_matching.engagements.conftest import new_pair, pair

__all__ = ["new_pair", "pair"]
