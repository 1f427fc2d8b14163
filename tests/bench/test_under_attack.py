"""The row `under-attack`, for a few seconds: every attack gets as far as it means to, and meets its wall."""

import pytest
from bench.under_attack import row
from bench.under_attack.attacks import ATTACKS

SECONDS = 5.0
MET = {
    "slow-uploads": {"429"},
    "slow-downloads": {"200, open", "429, open"},
    "slow-json": {"open"},
    "silent": {"open"},
    "half-heads": {"open"},
    "no-token": {"open"},
    "trailers": {"431"},
    "silent-sinks": {"429", "open"},
    "token-forms": {"401", "413"},
    "wrong-tokens": {"401"},
    "unknown-keys": {"413", "422"},
    "long-polls": {"429", "open"},
    "connections": {"200, open"},
}
"""What becomes of each attack's calls at least; time limits are longer than this test."""


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_reader_reads_on_beside_attackers_of_every_kind(said: list[str]) -> None:
    with row.start() as services:
        found = row.measure(services, said.append, at_rest=1, under_attack=SECONDS)
    outcomes = {name: set(each["outcomes"]) for name, each in found["attacks"].items()}
    assert {name: met - outcomes[name] for name, met in MET.items()} == {each.name: set() for each in ATTACKS}
    assert found["failed"] == 0
    assert found["reads"] == row.READS_A_SECOND * SECONDS
    assert found["ratio"] > 0
    assert {"gateway", "attackers"} <= found["cpu"].keys()
    assert "times" in said[0]
