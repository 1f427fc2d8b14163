"""What can go wrong with the embedded PostgreSQL, each said in one line to the person who started it."""

import errno
import re
import shutil
from pathlib import Path

_FULL = re.compile(r"No space left on device|Disk quota exceeded")
_PORT_TAKEN = re.compile(r"could not bind .*: Address already in use")
_LAST_WORDS = re.compile(r"(?:FATAL|PANIC|(?:initdb|postgres)(?:: error)?): +(?!hint|removing)(.+)")
_LEAST_SPACE = 16 * 2**20  # one WAL segment


class PostgresError(Exception):
    """PostgreSQL cannot serve; the message is one line for a person."""


def full_disk(data_dir: Path) -> PostgresError:
    return PostgresError(f"The disk that holds {data_dir} is full: PostgreSQL cannot start.")


def from_os_error(error: OSError, data_dir: Path) -> PostgresError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full_disk(data_dir)
    path = error.filename or data_dir
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PostgresError(f"No permission to use {path}, where PostgreSQL keeps its files or programs.")
    return PostgresError(f"PostgreSQL cannot use {path}: {error.strerror or error}.")


def from_output(output: str, data_dir: Path, port: str | None = None) -> PostgresError:
    """Reads what PostgreSQL wrote before it gave up. On a full disk that may be nothing."""
    if _FULL.search(output) or shutil.disk_usage(data_dir).free < _LEAST_SPACE:
        return full_disk(data_dir)
    if _PORT_TAKEN.search(output):
        return PostgresError(f"Port {port} on 127.0.0.1 is in use: PostgreSQL cannot listen there.")
    said = _LAST_WORDS.findall(output)
    reason = said[-1] if said else "it gave no reason"
    return PostgresError(f"PostgreSQL did not start: {reason} (see {data_dir / 'postgres.log'}).")
