"""The errors of the embedded PostgreSQL, each in one line for the person who started it."""

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


def is_full_disk(said: str) -> bool:
    """Tell whether PostgreSQL gives up for want of space; the write that fails may be one without an SQLSTATE."""
    return _FULL.search(said) is not None


def build_full_disk_error(data_dir: Path) -> PostgresError:
    return PostgresError(f"The disk that holds {data_dir} is full: PostgreSQL cannot start.")


def explain_os_error(error: OSError, data_dir: Path) -> PostgresError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return build_full_disk_error(data_dir)
    path = error.filename or data_dir
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PostgresError(f"No permission to use {path}, where PostgreSQL keeps its files or programs.")
    return PostgresError(f"PostgreSQL cannot use {path}: {error.strerror or error}.")


def explain_output(output: str, data_dir: Path, port: str | None = None) -> PostgresError:
    """Explain from what PostgreSQL wrote before it gave up. On a full disk that may be nothing."""
    if is_full_disk(output) or shutil.disk_usage(data_dir).free < _LEAST_SPACE:
        return build_full_disk_error(data_dir)
    if _PORT_TAKEN.search(output):
        return PostgresError(f"Port {port} on 127.0.0.1 is in use: PostgreSQL cannot listen there.")
    lines = _LAST_WORDS.findall(output)
    reason = lines[-1] if lines else "it gave no reason"
    return PostgresError(f"PostgreSQL did not start: {reason} (see {data_dir / 'postgres.log'}).")
