"""The package stands alone, so that subscribers can run it where nothing of ours is installed."""

import ast
import sys
from pathlib import Path

import pytest

import rtp_verifier

SOURCES = sorted(Path(rtp_verifier.__path__[0]).glob("*.py"))
FOR_PUBLIC_KEYS = ("signatures.py", "cryptography")
"""Imported where it is installed, inside the function that needs it."""


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_it_imports_the_standard_library_and_itself(source: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add(str(node.module))
    outside = {(source.name, name.partition(".")[0]) for name in imported}
    assert {each for each in outside if each[1] not in sys.stdlib_module_names} <= {FOR_PUBLIC_KEYS}
