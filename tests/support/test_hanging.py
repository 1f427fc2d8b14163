"""A test that hangs costs its own time, is named, and takes no other with it."""

import subprocess
import sys
from pathlib import Path


def test_a_test_that_hangs_is_named_and_the_others_run() -> None:
    hanging = Path(__file__).with_name("hanging.py")
    command = [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=2"]
    ended = subprocess.run([*command, str(hanging)], capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 1, ended.stderr
    assert "2 passed" in ended.stdout
    assert "1 failed" in ended.stdout
    assert "test_that_hangs" in ended.stdout
    assert "in test_that_hangs" in ended.stderr
