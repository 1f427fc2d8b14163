"""What the commands that load files have in common: settings, arguments, and how they end."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import SQLAlchemyError

from rtp_finance_directory.loading.command import NOT_DONE, Options, load_all
from rtp_finance_directory.loading.file_standard import FileStandard
from rtp_finance_directory.loading.pages import Fetching
from rtp_shared.clock import utcnow
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.run import load_settings


class LoaderSettings(BaseSettings):
    """The settings of the commands."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="PostgreSQL as rtp_finance_directory_operator")


def build_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Build the parser of a command, with the arguments that all of them take."""
    parser = argparse.ArgumentParser(
        prog=f"python -m rtp_finance_directory.{name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a file, a directory of files, or an address")
    parser.add_argument("--again", action="store_true", help="load files again that were loaded before")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what became of each file there, as JSON")
    parser.add_argument("--problems", type=int, default=20, metavar="N", help="write out so many problems of a file")
    parser.add_argument("--most-bytes", type=int, default=2 * 2**30, metavar="N", help="of a file from an address")
    parser.add_argument("--most-pages", type=int, default=1000, metavar="N", help="of an address that names the next")
    parser.add_argument(
        "--allow-private", action="store_true", help="take addresses of private networks, and http, too"
    )
    return parser


def read_options(asked: argparse.Namespace, *, modified: datetime | None = None) -> Options:
    return Options(
        sources=asked.sources,
        modified=modified,
        again=asked.again,
        fetching=Fetching(asked.most_bytes, asked.most_pages, allow_private=asked.allow_private),
        report=asked.report,
        problems=asked.problems,
    )


def parse_time(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


async def _load(settings: LoaderSettings, standard: FileStandard[Any], options: Options) -> int:
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        return await load_all(database, standard, options, utcnow)
    finally:
        await database.close()


def run_load(standard: FileStandard[Any], options: Options) -> int:
    """Load what is asked for; return the exit code."""
    settings = load_settings(LoaderSettings)
    try:
        return asyncio.run(_load(settings, standard, options))
    except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
        # What was stored stays, and the next start goes on behind it.
        sys.stderr.write(
            f"stopped: {describe_error(error)}; is RTP_DATABASE_URL that of finance-directory's operator?\n"
        )
        return NOT_DONE
    except KeyboardInterrupt:
        sys.stderr.write("stopped; start it again to go on\n")
        return NOT_DONE
