"""A PostgreSQL server that may be killed or frozen, and comes back on the same port with what was committed."""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from rtp_embedded import postgres
from rtp_embedded.postgres import Postgres

DURABLE = {"fsync": "on", "synchronous_commit": "on", "log_line_prefix": "%m [%p] %e "}
"""With the SQLSTATE of each line in its log."""
DEADLOCK = " 40P01 ERROR: "


@dataclass
class Server:
    directory: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=lambda: dict(DURABLE))
    _running: Postgres | None = None

    def start(self) -> None:
        """After a kill PostgreSQL replays its log first."""
        self._running = postgres.start(self.directory, port=self.port, settings=self.settings)

    def tcp_url(self) -> str:
        assert self._running
        return self._running.tcp_url()

    def count_deadlocks(self) -> int:
        """Return how many transactions it has ended because they waited for each other in a ring."""
        return (self.directory / "postgres.log").read_text(errors="replace").count(DEADLOCK)

    def kill(self) -> None:
        """Every process of it at once, as a power cut would end them."""
        self._signal(signal.SIGKILL)
        self.stop()

    def freeze(self) -> None:
        """It answers nothing, and closes nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def _signal(self, number: int) -> None:
        # The postmaster first: else it would start anew for what it takes for a crash of one backend.
        postmaster = psutil.Process(int((self.directory / "cluster" / "postmaster.pid").read_text().split()[0]))
        for each in (postmaster, *postmaster.children(recursive=True)):
            with suppress(ProcessLookupError):
                os.kill(each.pid, number)
