"""Commands whose output may be read in part, as by `| head`."""

import os
import select
import sys
from collections.abc import Callable
from typing import NoReturn

STOPPED_BY_PIPE = 141
"""As a shell has it of a program that SIGPIPE ended: 128 and 13."""


def run_command(main: Callable[[], object]) -> NoReturn:
    """Exit with the code that `main` returns; where nobody reads what it prints any more, quietly."""
    try:
        try:
            code = main()
        except SystemExit as done:
            code = done.code
        sys.stdout.flush()
    except BrokenPipeError:
        if not _is_closed(sys.stdout.fileno()):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = STOPPED_BY_PIPE
    raise SystemExit(code)


def _is_closed(output: int) -> bool:
    poll = select.poll()
    poll.register(output, select.POLLOUT)
    return any(event & select.POLLERR for _, event in poll.poll(0))
