"""Reads events into the ledger, and what is wrong with one by itself into the report."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .bodies import SPACE, split_body
from .errors import BadSignature, NotAnEvent
from .events import RECEIVED, read_event
from .ledger import Ledger
from .report import Report, escape
from .signatures import Keys, check_signature, read_subscription


@dataclass(frozen=True)
class Reader:
    """Reads bodies, from files or from the feed."""

    ledger: Ledger
    report: Report
    keys: Keys
    subscription: str | None = None
    """What came for another is left out."""
    subscriptions: set[str] = field(default_factory=set)
    """Those that headers named."""

    def read_directory(self, directory: Path) -> None:
        """Read the files in the order of their names."""
        for path in _list_files(directory):
            place = escape(os.path.relpath(path, directory))
            if path.suffix == ".jsonl":
                with path.open("rb") as lines:
                    for number, line in enumerate(lines, start=1):
                        if body := line.strip(SPACE):
                            self._read_received(body, b"", f"{place}:{number}")
            else:
                headers = path.with_suffix(".headers")
                # Editors and shells put white space at the end of files; the platform never sends any.
                self._read_received(
                    path.read_bytes().strip(SPACE), headers.read_bytes() if headers.exists() else b"", place
                )

    def read_body(self, body: bytes, place: str, side: int) -> None:
        try:
            for number, (piece, value) in enumerate(split_body(body), start=1):
                self._add_event(piece, value, place if piece == body else f"{place}:{number}", side)
        except NotAnEvent as error:
            self._report_not_an_event(error, place)

    def _read_received(self, body: bytes, headers: bytes, place: str) -> None:
        if subscription := read_subscription(headers):
            if self.subscription not in (None, subscription):
                self.report.of_others += 1
                return
            self.subscriptions.add(subscription)
        try:
            self.report.count_signature(check_signature(headers, body, self.keys))
        except BadSignature as error:
            self.report.bad_signatures.append({"place": place, "reason": str(error)})
        self.read_body(body, place, RECEIVED)

    def _add_event(self, piece: bytes, value: Any, place: str, side: int) -> None:
        try:
            event = read_event(piece, value, place, side)
        except NotAnEvent as error:
            self._report_not_an_event(error, place)
            return
        self.ledger.add(event)
        if side == RECEIVED:
            self.report.events += 1
            self.report.erased += event.erased

    def _report_not_an_event(self, error: NotAnEvent, place: str) -> None:
        self.report.not_events.append({"place": place, "reason": str(error)})


def _list_files(directory: Path) -> Iterator[Path]:
    with os.scandir(directory) as entries:
        names = sorted(entry.name for entry in entries)
    for path in (directory / name for name in names):
        if path.is_dir() and not path.is_symlink():
            yield from _list_files(path)
        elif path.suffix in (".json", ".jsonl"):
            yield path
