"""Takes what is read into the ledger, and what is wrong with it by itself into the report."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bodies import SPACE, pieces
from .errors import BadSignature, NotAnEvent
from .events import RECEIVED, read_event
from .ledger import Ledger
from .report import Report, printable
from .signatures import Keys, check_signature


@dataclass(frozen=True)
class Reader:
    ledger: Ledger
    report: Report
    keys: Keys

    def directory(self, directory: Path) -> None:
        """The files in the order of their names."""
        for path in _files(directory):
            place = printable(os.path.relpath(path, directory))
            if path.suffix == ".jsonl":
                with path.open("rb") as lines:
                    for number, line in enumerate(lines, start=1):
                        if body := line.strip(SPACE):
                            self._received(body, b"", f"{place}:{number}")
            else:
                headers = path.with_suffix(".headers")
                # Editors and shells put white space at the end of files; the platform never sends any.
                self._received(path.read_bytes().strip(SPACE), headers.read_bytes() if headers.exists() else b"", place)

    def body(self, body: bytes, place: str, side: int) -> None:
        try:
            for number, (piece, value) in enumerate(pieces(body), start=1):
                self._event(piece, value, place if piece == body else f"{place}:{number}", side)
        except NotAnEvent as error:
            self._not_an_event(error, place)

    def _received(self, body: bytes, headers: bytes, place: str) -> None:
        try:
            self.report.count_signature(check_signature(headers, body, self.keys))
        except BadSignature as error:
            self.report.bad_signatures.append({"place": place, "reason": str(error)})
        self.body(body, place, RECEIVED)

    def _event(self, piece: bytes, value: Any, place: str, side: int) -> None:
        try:
            event = read_event(piece, value, place, side)
        except NotAnEvent as error:
            self._not_an_event(error, place)
            return
        self.ledger.add(event)
        if side == RECEIVED:
            self.report.events += 1
            self.report.erased += event.erased

    def _not_an_event(self, error: NotAnEvent, place: str) -> None:
        self.report.not_events.append({"place": place, "reason": str(error)})


def _files(directory: Path) -> Iterator[Path]:
    with os.scandir(directory) as entries:
        names = sorted(entry.name for entry in entries)
    for path in (directory / name for name in names):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.suffix in (".json", ".jsonl"):
            yield path
