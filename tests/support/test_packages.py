"""Packages that tests need: installed where that is allowed, otherwise one line says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import packages, rabbitmq
from tests.support.packages import NotInstalled, ensure
from tests.support.rabbitmq import BrokerError

ROOT = Path(__file__).parents[2]


def test_where_it_cannot_be_installed_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotInstalled, match=r"^haproxy is not installed: run `sudo apt-get install haproxy`\.$"):
        ensure("haproxy", is_there=lambda: False)
    monkeypatch.delenv(rabbitmq.ENVIRONMENT_URL, raising=False)
    monkeypatch.setattr(rabbitmq, "_server", lambda: None)
    with pytest.raises(
        BrokerError, match=r"^rabbitmq-server is not installed: .*, or name a running broker in RTP_TEST"
    ):
        rabbitmq.ensure()


def test_apt_get_runs_twice_if_its_lists_are_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "apt-get"
    fake.write_text('#!/bin/sh\necho "$@" >>"$0.calls"\necho "E: no such package" >&2\nexit 100\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "_POLICY", tmp_path / "policy-rc.d")
    with pytest.raises(NotInstalled, match=r"apt-get could not \(E: no such package\): run"):
        ensure("no-such", is_there=lambda: False)
    calls = (tmp_path / "apt-get.calls").read_text().splitlines()
    assert [call.split()[5] for call in calls] == ["install", "update"]


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n"])
def test_services_stay_down_only_while_it_installs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: str | None
) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(packages, "_POLICY", policy)
    if before:
        policy.write_text(before)
    with packages._no_service_starts():
        assert subprocess.run([policy], check=False).returncode == 101
    assert (policy.read_text() if policy.exists() else None) == before
    assert len(list(tmp_path.iterdir())) == (1 if before else 0)


def test_it_is_quiet_where_all_is_installed() -> None:
    command = [sys.executable, "-m", "tests.support.packages"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
