"""The script in docs/first-case.md, run as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from rtp_examples.journeys.temporary_platform import start_temporary_platform

PAGE = Path(__file__).parents[2] / "docs" / "first-case.md"


def test_the_page_runs_from_top_to_bottom(tmp_path: Path) -> None:
    script = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL))
    with start_temporary_platform() as platform:
        (tmp_path / ".data").mkdir()
        (tmp_path / ".data" / "sandbox.json").write_text(json.dumps(dict(platform.secrets)))
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path, env={**os.environ, "PLATFORM_URL": platform.url}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "accept-eoi: eoi-accepted" in done.stdout
