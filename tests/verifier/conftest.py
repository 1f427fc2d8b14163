from pathlib import Path

import pytest

from tests.verifier.receiver import Verifier


@pytest.fixture
def command(tmp_path: Path) -> Verifier:
    return Verifier(tmp_path)
