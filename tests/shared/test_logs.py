"""Logs: one JSON object a line, and no flood of them."""

import json
import logging
import time
from collections.abc import Iterator

import pytest

from rtp_shared import logs
from rtp_shared.logs import FloodFilter


class Kept(logging.Handler):
    """Keeps the lines that are logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, object]] = []
        self.setFormatter(logs.JsonFormatter())
        self.addFilter(FloodFilter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, Kept]]:
    handler, logger = Kept(), logging.getLogger("flood")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield logger, handler
    logger.removeHandler(handler)


@pytest.mark.parametrize("level", [logging.WARNING, logging.ERROR, logging.CRITICAL])
def test_a_kind_of_line_is_logged_so_often_a_minute(
    log: tuple[logging.Logger, Kept], monkeypatch: pytest.MonkeyPatch, level: int
) -> None:
    logger, kept = log
    clock = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    for number in range(1000):
        logger.log(level, "caller %s did it", number, extra={"by": number})
    logger.log(level, "another kind")
    assert len(kept.lines) == FloodFilter.MOST + 1
    assert "left_out" in kept.lines[FloodFilter.MOST - 1]
    assert "left_out" not in kept.lines[0]
    assert kept.lines[-1]["message"] == "another kind"
    clock[0] += FloodFilter.SECONDS
    for number in range(1000, 1050):
        logger.log(level, "caller %s did it", number)
    # Another line of the program, so another kind; the first kind begins anew by itself.
    assert len(kept.lines) == 2 * FloodFilter.MOST + 1


def test_it_is_told_how_many_were_left_out(log: tuple[logging.Logger, Kept], monkeypatch: pytest.MonkeyPatch) -> None:
    logger, kept = log
    clock = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    for number in range(1001):
        if number == 1000:
            clock[0] += FloodFilter.SECONDS
        logger.warning("it happens")
    assert kept.lines[-1]["left_out_before"] == 1000 - FloodFilter.MOST


def test_what_is_no_warning_is_not_counted(log: tuple[logging.Logger, Kept]) -> None:
    logger, kept = log
    for _ in range(100):
        logger.info("request")
    assert len(kept.lines) == 100


def test_every_process_logs_so(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    try:
        logs.configure("WARNING")
        assert [type(each) for handler in root.handlers for each in handler.filters] == [FloodFilter]
    finally:
        root.setLevel(level)
