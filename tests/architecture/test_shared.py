"""Rules that `shared` keeps: it knows no word of the domain outside its contracts, and it stays small."""

import re
from collections.abc import Iterator
from pathlib import Path

import rtp_shared

ROOT = Path(next(iter(rtp_shared.__path__)))
LINES = 4200
"""3,000 as the house was built; the guards of connections came to it (docs/adr/0024), and the reading
of requests and of their texts for all services (docs/adr/0026, 0027), what callers and readers could fill
or break, what a process says of its settings and its database before it works, and metrics whose number is bounded."""
DOMAIN = re.compile(
    r"(?<![a-z])(cases?|caseid|sector|region|employ[a-z]+|commission[a-z]+|staff|advisers?|mentor|council|mutual|deadline|barrier|subscription)(?![a-z])"
)
WIRE = ("case_id", "_by_case", "rtp-case", "kebab case", "lower-case", "test-case")
"""Names of columns and headers, which were made when every subject was a case, and ways to write a word."""


def files() -> Iterator[tuple[Path, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        if "contracts" not in path.relative_to(ROOT).parts:
            yield path, path.read_text("utf-8")


def words_of(text: str) -> set[str]:
    text = text.lower()
    for name in WIRE:
        text = text.replace(name, "")
    return {found[1] for found in DOMAIN.finditer(text)}


def test_outside_its_contracts_shared_knows_no_word_of_the_domain() -> None:
    assert {path.name: words for path, text in files() if (words := words_of(text))} == {}


def test_a_word_of_the_domain_would_be_found() -> None:
    assert words_of("the case's employer, case_id and rtp-case") == {"case", "employer"}


def test_shared_stays_small_without_its_contracts() -> None:
    assert sum(text.count("\n") for _, text in files()) < LINES
