"""JSON logs, one object a line, with the trace that it belongs to. Never personal data, never a request's body."""

import json
import logging
import sys
import time
from datetime import UTC, datetime

from rtp_shared import tracing

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object, with whatever the caller added as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := tracing.current.get():
            line["trace_id"] = trace.trace_id
            line["correlation_id"] = trace.correlation_id
        line |= {key: value for key, value in vars(record).items() if key not in _USUAL}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class FloodFilter(logging.Filter):
    """Leaves out warnings and errors of one kind beyond so many a minute: a caller may not fill the log.

    A kind is a line of the program. The last one that is logged says that more are left out, the first one of the
    next minute how many were.
    """

    MOST, SECONDS = 20, 60.0

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        kind, now = (record.pathname, record.lineno), time.monotonic()
        since, count = self._kinds.get(kind, (now, 0))
        if now - since >= self.SECONDS:
            if count > self.MOST:
                record.left_out_before = count - self.MOST
            since, count = now, 0
        self._kinds[kind] = (since, count + 1)
        if count + 1 == self.MOST:
            record.left_out = "what more there is of this kind, for the rest of the minute"
        return count < self.MOST


def configure(level: str) -> None:
    """Log to standard error as JSON. Called once, by the process's entry point."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(FloodFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # it logs each failure five times; we log it once
    for name in ("httpx", "httpcore", "alembic", "asyncio", "aiohttp.access", "uvicorn"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
