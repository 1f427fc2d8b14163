"""Loads contract notices, from files in the Open Contracting Data Standard (1.1): packages of releases or of records,
lists of releases, or one in each line; each may be packed by gzip.

    python -m rtp_finance_directory.load_notices FILE | DIRECTORY | https://ADDRESS ...

Of an address that answers in pages, all are loaded: each names the next in its links, on the same server.
RTP_DATABASE_URL is that of rtp_finance_directory_operator. A load that was stopped goes on where it was; a file that
was loaded is not loaded again. What became of each file is written to standard output, what is wrong to standard error.
Ends with 0 if all is loaded, 3 if it is but for releases that are not as the standard has them, 1 if a source is not.
"""

from collections.abc import Sequence
from functools import partial

from rtp_finance_directory.load_command import build_parser, read_options, run_load
from rtp_finance_directory.notices.loading.file_standard import NOTICES
from rtp_shared.pipes import run_command


def main(argv: Sequence[str] | None = None) -> int:
    return run_load(NOTICES, read_options(build_parser("load_notices", __doc__).parse_args(argv)))


if __name__ == "__main__":
    run_command(partial(main, None))
