"""The demo where no platform runs; with one, tests/embedded/test_command.py shows it."""

import json
from pathlib import Path

from tests.support.commands import refuse
from tests.support.ports import find_free_port


def test_the_demo_without_a_platform_says_so(tmp_path: Path) -> None:
    assert "make run" in refuse("rtp_examples.demo", "--data-dir", str(tmp_path))
    (tmp_path / "sandbox.json").write_text(json.dumps({"council-intake": "x"}))
    said = refuse("rtp_examples.demo", "--port", str(find_free_port()), "--data-dir", str(tmp_path))
    assert "is `make run` running?" in said
