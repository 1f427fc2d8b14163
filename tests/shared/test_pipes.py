"""Commands whose reader goes away, as `| head` does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRINTING = "import sys; from rtp_shared.pipes import run_command; "


def run_unread(command: str) -> tuple[str, str]:
    """Return its exit code, as printed, and what it said on stderr."""
    script = f"{command} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize(
    "main",
    ["lambda: print('x' * 200000)", "lambda: print('x')", "lambda: sys.stdout.write('x') and 0"],
    ids=["while it prints", "at its end", "with a code"],
)
def test_a_command_that_nobody_reads_is_quiet(main: str) -> None:
    program = f"{PRINTING} run_command({main})"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_another_broken_pipe_is_told() -> None:
    program = f"{PRINTING}\ndef main(): raise BrokenPipeError('a socket')\nrun_command(main)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "a socket" in done.stderr


@pytest.mark.parametrize("code", [0, 1, 3, None])
def test_the_exit_code_is_the_command_s(code: int | None) -> None:
    program = f"{PRINTING} run_command(lambda: {code})"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == (code or 0)


def test_every_command_runs_so() -> None:
    commands = [
        path
        for folder in ("services", "gateway", "deploy", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if path.name == "__main__.py" or '__name__ == "__main__"' in path.read_text()
    ]
    supervisor = {path for path in commands if path.name == "up.py"}
    """It ends with its processes, whose output it passes on."""
    verifiers = {path for path in commands if path.name.startswith("verify_")}
    """They import nothing of ours, so that whoever has a certificate or a receipt needs no more than one file."""
    assert len(commands) >= 14
    for path in set(commands) - supervisor - verifiers:
        assert re.search(r"^ *run_command\(", path.read_text(), re.MULTILINE), path


@pytest.mark.parametrize("module", ["rtp_gateway.register", "rtp_applications.history.verify", "rtp_embedded"])
def test_help_is_quiet_too(module: str) -> None:
    code, said = run_unread(f"{sys.executable} -m {module} --help")
    assert (code in ("0", "141"), said) == (True, "")
