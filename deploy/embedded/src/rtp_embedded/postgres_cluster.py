"""The files of the embedded PostgreSQL: their lock, the rules for connections, and what an earlier run left behind."""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil

from rtp_embedded.postgres_account import Account, get_our_name, give, spawn
from rtp_embedded.postgres_errors import PostgresError, explain_output

MAJOR = "18"

_LONGEST_SOCKET_DIR = 103 - len("/.s.PGSQL.65535")  # a socket's path may take 107 bytes on Linux, 103 on macOS
_PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)  # a comma would be two hosts to libpq
_AT_ONCE = ((signal.SIGQUIT, 5), (signal.SIGKILL, 5))  # immediate, killed; seconds
_GENTLY = ((signal.SIGINT, 10), *_AT_ONCE)  # fast first: PostgreSQL writes a checkpoint


@dataclass(frozen=True)
class Cluster:
    """The data directory. All in it is ours, so the server's account owns only what it must write."""

    data_dir: Path
    programs: Path
    account: Account

    @property
    def files(self) -> Path:
        return self.data_dir / "cluster"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def password_file(self) -> Path:
        return self.data_dir / "superuser-password"

    def open_log(self) -> BinaryIO:
        return open(self.log, "ab", opener=_open_private)

    def lock(self, undo: ExitStack) -> None:
        lock = undo.enter_context(open(self.data_dir / "lock", "a+", opener=_open_private))  # noqa: SIM115 (undo closes it)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise PostgresError(f"{self.data_dir} is in use by another platform (process {lock.read()}).") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()

    def stop_leftover(self) -> None:
        """Stop a server whose platform died without stopping it. We hold the lock, so nobody else is using it."""
        self._end_server(_GENTLY)

    def stop_at_once(self) -> None:
        """Stop our server, which was asked to stop and does not.

        PostgreSQL 18 that is asked for a fast shutdown while it recovers from a crash on a full disk may wait for ever.
        """
        self._end_server(_AT_ONCE)

    def _end_server(self, ways: Sequence[tuple[signal.Signals, int]]) -> None:
        pid_file = self.files / "postmaster.pid"
        pid = _read_first_number(pid_file)
        if pid is None or not psutil.pid_exists(pid):
            return
        command = _get_command(pid)
        if str(self.files) in command:
            _end_process(pid, ways)
        elif not command or "postgres" not in command[0]:
            pid_file.unlink(missing_ok=True)  # the number is another program's by now, and PostgreSQL would not start

    def make_or_check(self) -> None:
        if not self.files.exists():
            self._make()
        version = (self.files / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise PostgresError(f"{self.files} is of PostgreSQL {version}, and this is PostgreSQL {MAJOR}: upgrade it.")

    def _make(self) -> None:
        unfinished = self.data_dir / "cluster.unfinished"  # renamed when whole: initdb may be interrupted
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        give(unfinished, self.account)
        self.password_file.unlink(missing_ok=True)
        with open(self.password_file, "x", opener=_open_private) as file:
            file.write(secrets.token_urlsafe(24))
        give(self.password_file, self.account)  # initdb reads it
        self._initdb(unfinished)
        unfinished.rename(self.files)

    def _initdb(self, files: Path) -> None:
        where = ["-D", str(files), "-U", "postgres", f"--pwfile={self.password_file}"]
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # alike on any machine
        access = ["--auth-local=peer", "--auth-host=scram-sha-256"]  # what counts is in write_access
        command = [str(self.programs / "bin" / "initdb"), *where, *locale, *access]
        initdb = spawn(command, self.account, stdin=subprocess.DEVNULL, output=subprocess.PIPE)
        said = initdb.communicate()[0]
        with self.open_log() as log:
            log.write(said)
        if initdb.returncode:
            raise explain_output(said.decode(errors="replace"), self.data_dir)

    def write_access(self) -> dict[str, str]:
        """Write the rules for connections, anew at every start: the platform's user may have changed."""
        hba, ident = self.data_dir / "pg_hba.conf", self.data_dir / "pg_ident.conf"
        hba.write_text("local all all peer map=platform\nhost all all 127.0.0.1/32 scram-sha-256\n")
        ident.write_text(f'platform "{get_our_name()}" all\n')
        for file in (hba, ident):
            file.chmod(0o644)  # the server's account reads them; no secrets
        return {"hba_file": str(hba), "ident_file": str(ident)}

    def make_socket_dir(self, undo: ExitStack) -> Path:
        """Make a directory of the server's account alone, whatever stood there: no server runs."""
        directory = self.data_dir / "socket"
        if len(os.fsencode(directory)) > _LONGEST_SOCKET_DIR or not _PLAIN_PATH.fullmatch(str(directory)):
            directory = Path("/tmp") / f"rtp-postgres-{_hash_path(self.data_dir)}"  # noqa: S108 (checked below)
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), self.account.uid):
            raise PostgresError(f"{directory} is another user's: PostgreSQL cannot put its socket there.")
        directory.chmod(0o700)
        give(directory, self.account)
        for left in directory.iterdir():
            left.unlink()  # a lock file in it could name a process that is no longer PostgreSQL
        undo.callback(shutil.rmtree, directory, ignore_errors=True)
        return directory


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _hash_path(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _read_first_number(path: Path) -> int | None:
    if not path.exists():
        return None
    first = path.read_text().partition("\n")[0]
    return int(first) if first.isdecimal() else None


def _get_command(pid: int) -> list[str]:
    """Return the command of the process: empty once it has ended, even if its parent has not looked."""
    try:
        return list(psutil.Process(pid).cmdline())
    except psutil.Error:
        return []


def _end_process(pid: int, ways: Sequence[tuple[signal.Signals, int]]) -> None:
    """End the process in the first way that works; PostgreSQL replays its log, so no commit is lost."""
    for number, seconds in ways:
        deadline = time.monotonic() + seconds
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        while time.monotonic() < deadline:
            if not _get_command(pid):
                return
            time.sleep(0.02)
    raise PostgresError(f"PostgreSQL (process {pid}) does not stop.")
