"""Commands of the platform as real processes."""

import subprocess
import sys


def build_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def refuse(*arguments: str) -> str:
    """Run a command that must refuse, in one line and with exit code 1; return the line."""
    done = subprocess.run(build_command(*arguments), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr
