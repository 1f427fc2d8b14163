"""Loads grants that were awarded, from files in the 360Giving Data Standard: JSON, CSV or XLSX.

    python -m rtp_finance_directory.load_grants FILE | DIRECTORY | https://ADDRESS ...

RTP_DATABASE_URL is that of rtp_finance_directory_operator. A load that was stopped goes on where it was; a file that
was loaded is not loaded again. What became of each file is written to standard output, what is wrong to standard error.
Ends with 0 if all is loaded, 3 if it is but for rows that are not as the standard has them, 1 if a source is not.
"""

from collections.abc import Sequence
from functools import partial

from rtp_finance_directory.grants.loading.file_standard import GRANTS
from rtp_finance_directory.load_command import build_parser, parse_time, read_options, run_load
from rtp_shared.pipes import run_command


def main(argv: Sequence[str] | None = None) -> int:
    parser = build_parser("load_grants", __doc__)
    parser.add_argument(
        "--modified", type=parse_time, metavar="TIME", help="when grants that do not say it were modified: 2026-11-30"
    )
    asked = parser.parse_args(argv)
    return run_load(GRANTS, read_options(asked, modified=asked.modified))


if __name__ == "__main__":
    run_command(partial(main, None))
