"""Loads grants that were awarded, from files in the 360Giving Data Standard: JSON, CSV or XLSX.

    python -m rtp_finance_directory.load_grants FILE | DIRECTORY | https://ADDRESS ...

RTP_DATABASE_URL is that of rtp_finance_directory_operator. A load that was stopped goes on where it was; a file that
was loaded is not loaded again. What became of each file is written to standard output, what is wrong to standard error.
Ends with 0 if all is loaded, 3 if it is but for rows that are not as the standard has them, 1 if a source is not.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import SQLAlchemyError

from rtp_finance_directory.grants.loading.form import GRANTS
from rtp_finance_directory.loading.command import NOT_DONE, Options, load_all
from rtp_shared.clock import utcnow
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings


class LoaderSettings(BaseSettings):
    """The settings of the command."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="PostgreSQL as rtp_finance_directory_operator")


def parse_options(argv: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m rtp_finance_directory.load_grants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a file, a directory of files, or an address")
    parser.add_argument(
        "--modified", type=_parse_time, metavar="TIME", help="when grants that do not say it were modified: 2026-11-30"
    )
    parser.add_argument("--again", action="store_true", help="load files again that were loaded before")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what became of each file there, as JSON")
    parser.add_argument("--problems", type=int, default=20, metavar="N", help="write out so many problems of a file")
    parser.add_argument("--most-bytes", type=int, default=2 * 2**30, metavar="N", help="of a file from an address")
    parser.add_argument(
        "--allow-private", action="store_true", help="take addresses of private networks, and http, too"
    )
    asked = parser.parse_args(argv)
    return Options(
        sources=asked.sources,
        modified=asked.modified,
        again=asked.again,
        allow_private=asked.allow_private,
        most_bytes=asked.most_bytes,
        report=asked.report,
        problems=asked.problems,
    )


def _parse_time(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


async def run(settings: LoaderSettings, options: Options) -> int:
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        return await load_all(database, GRANTS, options, utcnow)
    finally:
        await database.close()


def main(argv: Sequence[str] | None = None) -> int:
    options = parse_options(argv)
    settings = load_settings(LoaderSettings)
    try:
        return asyncio.run(run(settings, options))
    except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
        # What was stored stays, and the next start goes on behind it.
        sys.stderr.write(
            f"stopped: {describe_error(error)}; is RTP_DATABASE_URL that of finance-directory's operator?\n"
        )
        return NOT_DONE
    except KeyboardInterrupt:
        sys.stderr.write("stopped; start it again to go on\n")
        return NOT_DONE


if __name__ == "__main__":
    run_command(partial(main, None))
