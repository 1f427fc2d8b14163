"""`make run`, and `make demo` beside it, as a person meets them: real processes, real signals."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from rtp_embedded.command import main
from rtp_embedded.platform import Platform
from rtp_operations.keys import Keys
from tests.support.commands import build_command, refuse
from tests.support.ports import find_free_port

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    process: subprocess.Popen[str]
    printed: str = ""
    errors: str = ""


@contextlib.contextmanager
def run_platform(port: int, data_dir: Path) -> Iterator[Running]:
    """The platform as `make run` starts it, ready; stopped as Ctrl-C stops it."""
    arguments = build_command("rtp_examples.run", "--port", str(port), "--data-dir", str(data_dir))
    running = Running(subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    try:
        assert running.process.stdout
        while "Ctrl-C stops" not in running.printed:
            line = running.process.stdout.readline()
            assert line, running.process.communicate()
            running.printed += line
        yield running
    finally:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGINT)
        _, running.errors = running.process.communicate(timeout=30)


def make_client(data_dir: Path, line: str) -> str:
    outside_make = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    environment = outside_make | {"RTP_DATA_DIR": str(data_dir)}
    done = subprocess.run(["bash", "-c", line], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def add_client(data_dir: Path, printed: str) -> str:
    """Add a client by the line that the platform printed; return its id."""
    line = next(line for line in printed.splitlines() if line.startswith("make client DO='add"))
    assert re.fullmatch(r"[\w-]{43}\n", make_client(data_dir, line))
    assert (data_dir / "register.env").stat().st_mode & 0o077 == 0
    return "my-client"


def list_clients(data_dir: Path) -> str:
    return make_client(data_dir, "make client DO=list")


def test_a_client_of_no_platform_is_one_clear_line(tmp_path: Path) -> None:
    environment = os.environ | {"RTP_DATA_DIR": str(tmp_path)}
    command = ["make", "client", "DO=list"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "start the platform first" in done.stderr.splitlines()[0]


def test_a_wrong_log_level_is_one_line_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTP_LOG_LEVEL", "DEBUGG")
    with pytest.raises(SystemExit, match=r"^settings: RTP_LOG_LEVEL: .*$"):
        main(["--port", str(find_free_port()), "--data-dir", str(tmp_path)])


def test_so_is_a_wrong_setting_of_any_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTP_POOL_SIZE", "abc")
    with pytest.raises(SystemExit, match=r"^settings: RTP_POOL_SIZE: .*$"):
        Platform(lambda *_: "postgresql://x@localhost/x", public_url="http://localhost:8000", keys=Keys())


def test_ctrl_c_while_it_starts_is_one_clear_line(tmp_path: Path) -> None:
    arguments = build_command("rtp_examples.run", "--port", str(find_free_port()), "--data-dir", str(tmp_path))
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as starting:
        assert starting.stdout
        while "database made" not in (line := starting.stdout.readline()):
            assert line, "it ended"
        starting.send_signal(signal.SIGINT)
        _, errors = starting.communicate(timeout=60)
    assert (starting.returncode, errors) == (1, "stopped before it was ready\n")


def test_the_platform_starts_serves_the_journey_stops_and_keeps_its_data(tmp_path: Path) -> None:
    port = find_free_port()
    with run_platform(port, tmp_path) as first:
        url = f"http://localhost:{port}"
        assert httpx.get(f"{url}/health").json() == {"status": "alive"}
        printed = first.printed
        assert "398 councils, 205 NHS trusts, 36 integrated care boards" in printed
        assert "gateway: database made" in printed
        pasted = printed[printed.index("curl -s") : printed.index("To add a client")]
        opened = subprocess.run(["bash", "-c", pasted], capture_output=True, text=True, check=True)
        assert json.loads(opened.stdout)["status"] == "draft"
        demo = subprocess.run(
            build_command("rtp_examples.demo", "--port", str(port), "--data-dir", str(tmp_path)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert demo.returncode == 0, demo.stdout + demo.stderr
        assert "signature verified" in demo.stdout
        assert add_client(tmp_path, printed) in list_clients(tmp_path)
        children = psutil.Process(first.process.pid).children(recursive=True)
        assert any(child.name() == "postgres" for child in children)
    assert first.process.returncode == 0
    assert first.errors == ""
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []

    with run_platform(port, tmp_path) as again:
        assert "gateway: database up to date" in again.printed
        secret = json.loads((tmp_path / "sandbox.json").read_text())["council-intake"]
        token = httpx.post(
            f"{url}/oauth2/token", data={"grant_type": "client_credentials"}, auth=("council-intake", secret)
        ).json()["access_token"]
        cases = httpx.get(f"{url}/v1/cases", headers={"Authorization": f"Bearer {token}"}).json()["items"]
        assert len(cases) == 2
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(30) == 0
    assert (tmp_path / "sandbox.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refuse("rtp_examples.run", "--port", str(port), "--data-dir", str(tmp_path))
    assert f"Port {port} is in use" in said
    assert list(tmp_path.iterdir()) == []


def test_data_of_another_postgresql_is_one_clear_line(tmp_path: Path) -> None:
    cluster = tmp_path / "postgres" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("14\n")
    assert "14" in refuse("rtp_examples.run", "--port", str(find_free_port()), "--data-dir", str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
@pytest.mark.parametrize("size", ["4M", "60M"])
def test_a_full_disk_is_one_clear_line(tmp_path: Path, size: str) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", tmp_path], check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount")
    try:
        said = refuse("rtp_examples.run", "--port", str(find_free_port()), "--data-dir", str(tmp_path / "data"))
    finally:
        subprocess.run(["umount", "-l", tmp_path], check=True)
    assert "The disk that holds" in said
    assert "is full" in said


def test_it_is_quiet_where_nobody_reads_what_it_prints(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    arguments = build_command("rtp_examples.run", "--port", str(find_free_port()), "--data-dir", str(tmp_path))
    done = subprocess.run(arguments, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
