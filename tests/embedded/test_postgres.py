"""The embedded PostgreSQL as real processes: who reaches it, how it ends, and how it refuses to start."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import psutil
import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

import rtp_embedded
from rtp_embedded.postgres import Postgres, PostgresError, start
from tests.support.ports import find_free_port
from tests.support.waiting import wait_until

FAST = {"fsync": "off"}
NOBODY = 65534

# A platform: starts PostgreSQL, says where, and ends when its stdin does. It is imported before it lays down root's
# rights, because an ordinary user may not reach root's Python.
PLATFORM = """
import os, sys, pathlib, psycopg
from rtp_embedded.postgres import PostgresError, start
directory, user = pathlib.Path(sys.argv[1]), int(sys.argv[2])
if user:
    os.setgroups([]); os.setgid(user); os.setuid(user)
try:
    postgres = start(directory, settings={"fsync": "off"})
except PostgresError as error:
    sys.exit(f"refused: {error}")
try:
    print(postgres.url(), flush=True)
    sys.stdin.read()
except KeyboardInterrupt:
    with psycopg.connect(postgres.url()) as connection:
        print("drained", *connection.execute("SELECT 1").fetchone(), flush=True)
print(psycopg.connect(postgres.url()).execute("SELECT current_setting('data_directory')").fetchone()[0])
postgres.stop()
"""

Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def platform() -> Iterator[Run]:
    with ExitStack() as undo:

        def run(directory: Path, user: int = 0) -> subprocess.Popen[str]:
            environment = os.environ | {"PYTHONPATH": str(Path(rtp_embedded.__path__[0]).parent)}
            command = [sys.executable, "-c", PLATFORM, str(directory), str(user)]
            pipe = subprocess.PIPE
            process = undo.enter_context(
                subprocess.Popen(
                    command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True
                )
            )
            undo.callback(process.kill)
            return process

        yield run


@pytest.fixture
def ordinary_place() -> Iterator[Path]:
    """A directory of an ordinary user's, who cannot enter pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="rtp-"))
    os.chown(directory, NOBODY, NOBODY)
    yield directory
    shutil.rmtree(directory)


def read_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def find_server(data_dir: Path) -> psutil.Process | None:
    pid_file = data_dir / "cluster" / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        return process if str(data_dir / "cluster") in process.cmdline() else None
    except (FileNotFoundError, IndexError, psutil.Error):
        return None


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def execute(postgres: Postgres, statement: str) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(statement.encode())


def test_every_driver_understands_the_url(tmp_path: Path) -> None:
    async def with_asyncpg(url: str) -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval("SELECT current_user")
        finally:
            await connection.close()

    async def with_sqlalchemy(url: str) -> object:
        engine = create_async_engine(url.replace("postgresql", "postgresql+asyncpg", 1))
        async with engine.connect() as connection:
            found = await connection.scalar(sqlalchemy.text("SELECT current_user"))
        await engine.dispose()
        return found

    with start(tmp_path / "pg", settings=FAST) as postgres:
        execute(postgres, 'CREATE ROLE "the app" LOGIN')
        execute(postgres, 'CREATE DATABASE "finance directory"')
        url = postgres.url("finance directory", user="the app")
        assert ask(url, "SELECT current_user") == "the app"
        assert asyncio.run(with_asyncpg(url)) == "the app"
        assert asyncio.run(with_sqlalchemy(url)) == "the app"


def test_a_second_start_keeps_the_rows_and_is_quick(tmp_path: Path) -> None:
    with start(tmp_path, settings=FAST) as postgres:
        execute(postgres, "CREATE TABLE kept AS SELECT uuidv7() AS id")
    began = time.monotonic()
    with start(tmp_path, settings={"max_connections": "33"}) as postgres:
        assert time.monotonic() - began < 2
        assert ask(postgres.url(), "SELECT count(*) FROM kept") == 1
        assert ask(postgres.url(), "SHOW max_connections") == "33"
        assert ask(postgres.url(), "SHOW listen_addresses") == ""
        assert ask(postgres.url(), "SHOW server_encoding") == "UTF8"
    postgres.stop()  # again, harmlessly
    assert find_server(tmp_path) is None


def test_only_the_user_of_the_platform_comes_in_by_the_socket(tmp_path: Path) -> None:
    with start(tmp_path, settings=FAST) as postgres:
        rules = ask(postgres.url(), "SELECT string_agg(type || ' ' || auth_method, ', ') FROM pg_hba_file_rules")
        assert rules == "local peer, host scram-sha-256"
        assert postgres.socket_dir.stat().st_mode & 0o077 == 0
        assert (tmp_path / "superuser-password").stat().st_mode & 0o077 == 0
        if os.geteuid() == 0:
            postgres.socket_dir.chmod(0o755)
            postgres.socket_dir.parent.chmod(0o755)
            psql = [str(postgres.cluster.programs / "bin" / "psql"), "-c", "SELECT 1", postgres.url()]
            stranger = subprocess.run(psql, user=NOBODY, extra_groups=[], capture_output=True, text=True, check=False)
            assert "Permission denied" in stranger.stderr or "Peer authentication failed" in stranger.stderr


def test_tcp_asks_for_the_password(tmp_path: Path) -> None:
    with start(tmp_path, port=find_free_port(), settings=FAST) as postgres:
        assert ask(postgres.url(), "SELECT inet_server_addr() IS NULL")
        assert ask(postgres.tcp_url(), "SELECT host(inet_server_addr())") == "127.0.0.1"
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres")
    with start(tmp_path, settings=FAST) as postgres, pytest.raises(PostgresError, match="without a TCP port"):
        postgres.tcp_url()


@pytest.mark.parametrize("name", ["x" * 150, "a, comma and spaces"])
def test_a_path_that_a_socket_cannot_have_puts_it_elsewhere(tmp_path: Path, name: str) -> None:
    with start(tmp_path / name, settings=FAST) as postgres:
        assert postgres.socket_dir.parent == Path("/tmp")  # noqa: S108
        assert postgres.socket_dir.stat().st_mode & 0o077 == 0
        assert ask(postgres.url(), "SELECT 1") == 1
    assert not postgres.socket_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_runs_it_too(ordinary_place: Path, platform: Run) -> None:
    place = ordinary_place / "pg"
    process = platform(place, NOBODY)
    assert read_url(process).startswith("postgresql://")
    server = find_server(place)
    assert server is not None
    assert server.uids().real == NOBODY
    assert place.stat().st_mode & 0o077 == 0
    assert process.communicate()[0].strip() == str(place / "cluster")
    assert find_server(place) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_its_platform(tmp_path: Path, platform: Run, number: signal.Signals) -> None:
    process = platform(tmp_path)
    read_url(process)
    assert find_server(tmp_path) is not None
    process.send_signal(number)
    process.wait()
    wait_until(lambda: find_server(tmp_path) is None)
    wait_until(lambda: "database system is shut down" in (tmp_path / "postgres.log").read_text())


def test_ctrl_c_leaves_it_running_until_the_platform_has_drained(tmp_path: Path, platform: Run) -> None:
    process = platform(tmp_path)
    read_url(process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate()[0].split("\n")[0] == "drained 1"
    assert find_server(tmp_path) is None


def test_a_server_left_behind_gives_way_to_a_new_one(tmp_path: Path, platform: Run) -> None:
    process = platform(tmp_path)
    with psycopg.connect(read_url(process), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
    left = find_server(tmp_path)
    assert left is not None
    left.parent().kill()  # the keeper first, or it would stop the server
    process.kill()
    process.wait()
    assert left.is_running()
    with start(tmp_path, settings=FAST) as postgres:
        assert ask(postgres.url(), "SELECT count(*) FROM kept") == 1
        assert find_server(tmp_path) != left


def test_a_server_that_does_not_stop_when_asked_is_stopped_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtp_embedded.postgres._STOP_SECONDS", 0.01)
    monkeypatch.setattr("rtp_embedded.postgres_cluster._AT_ONCE", ((signal.SIGQUIT, 0), (signal.SIGKILL, 5)))
    with start(tmp_path, settings=FAST) as postgres:
        execute(postgres, "CREATE TABLE kept AS SELECT 1 AS id")
        deaf = find_server(tmp_path)
        assert deaf is not None
        deaf.suspend()
    assert find_server(tmp_path) is None
    with start(tmp_path, settings=FAST) as postgres:
        assert ask(postgres.url(), "SELECT count(*) FROM kept") == 1


def test_a_process_number_used_again_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    with start(tmp_path, settings=FAST):
        left = (tmp_path / "cluster" / "postmaster.pid").read_text()
    rest = left.partition("\n")[2]
    other = subprocess.Popen(["sleep", "60"], user=(tmp_path / "cluster").stat().st_uid if os.geteuid() == 0 else None)
    try:
        (tmp_path / "cluster" / "postmaster.pid").write_text(f"{other.pid}\n{rest}")
        with start(tmp_path, settings=FAST) as postgres:
            assert ask(postgres.url(), "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_first_start_cut_short_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "cluster.unfinished" / "base").mkdir(parents=True)
    (tmp_path / "cluster.unfinished" / "PG_VERSION").write_text("18\n")
    (tmp_path / "superuser-password").write_text("")
    with start(tmp_path, port=find_free_port(), settings=FAST) as postgres:
        assert ask(postgres.tcp_url(), "SELECT 1") == 1


def refuse(data_dir: Path, port: int | None = None) -> str:
    with pytest.raises(PostgresError) as refused:
        start(data_dir, port=port, settings=FAST)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_second_platform_is_refused(tmp_path: Path, platform: Run) -> None:
    with start(tmp_path, settings=FAST) as postgres:
        said = f"{tmp_path} is in use by another platform (process {os.getpid()})."
        assert refuse(tmp_path) == said
        assert platform(tmp_path).communicate()[1].strip() == f"refused: {said}"
        assert ask(postgres.url(), "SELECT 1") == 1


def test_files_of_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("17\n")
    assert "is of PostgreSQL 17, and this is PostgreSQL 18" in refuse(tmp_path)


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert refuse(tmp_path, port=port) == f"Port {port} on 127.0.0.1 is in use: PostgreSQL cannot listen there."


def test_a_setting_that_postgresql_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match='unrecognized configuration parameter "colour"'):
        start(tmp_path, settings={"colour": "red"})
    assert find_server(tmp_path) is None


def test_no_permission_is_said_in_a_line(tmp_path: Path, platform: Run) -> None:
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        assert "No permission to use" in refuse(tmp_path / "pg")
    else:
        tmp_path.chmod(0o700)
        said = platform(tmp_path / "pg", NOBODY).communicate()[1].strip()
        assert said.startswith("refused: No permission to use")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_full_disk_is_said_in_a_line(small_disk: Path) -> None:
    said = f"The disk that holds {small_disk / 'pg'} is full: PostgreSQL cannot start."
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 40 * 2**20)
    assert refuse(small_disk / "pg") == said, "at the first start"
    ballast.unlink()
    start(small_disk / "pg", settings=FAST).stop()
    fill(ballast)
    assert refuse(small_disk / "pg") == said, "at a later start"


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 2**12):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
