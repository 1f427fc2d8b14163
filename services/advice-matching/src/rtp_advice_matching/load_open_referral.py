"""Takes in a feed of Open Referral UK 3.0 from files: of any length, and at once.

    python -m rtp_advice_matching.load_open_referral --source https://directory.example/oruk FILE|ADDRESS ...

A file holds services as the feed's /services/{id} gives each: one, a list of them, or a page with its contents. Instead
of a file an address that begins with https:// may be named: it is fetched, and so are all further pages if it is one.
RTP_DATABASE_URL is that of rtp_advice_matching_operator. What is wrong with a record is written to standard error, the
counts to standard output. Ends with 0 if all was taken in, 3 if some records were refused, 1 if nothing was done.
"""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import SQLAlchemyError

from rtp_advice_matching.directory.network_schemas import WEBSITE
from rtp_advice_matching.open_referral.commands import import_feed
from rtp_advice_matching.open_referral.fetch import MOST_BYTES, FeedNotFetched, fetch
from rtp_advice_matching.open_referral.schemas import ImportOutcome, ImportReport
from rtp_shared.clock import utcnow
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings

DONE, NOT_DONE, WITH_REFUSALS = 0, 1, 3


class LoaderSettings(BaseSettings):
    """The settings of the command."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="PostgreSQL as rtp_advice_matching_operator")


class UnreadableFile(Exception):
    """A file holds no services; the message says why."""


def parse_options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m rtp_advice_matching.load_open_referral",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", metavar="FILE|ADDRESS", help="JSON with services of the feed")
    parser.add_argument(
        "--most-bytes", type=int, default=MOST_BYTES, help="of all that is fetched from addresses, at the most"
    )
    parser.add_argument(
        "--source", required=True, type=_parse_source, help="address of the feed, by which its records are known again"
    )
    parser.add_argument(
        "--whole", action="store_true", help="these are all services of the feed: take down what left it"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would become of each, and save nothing")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what became of each record there, as JSON")
    return parser.parse_args(argv)


def _parse_source(text: str) -> str:
    if len(text) > 500 or not re.match(WEBSITE, text):
        raise argparse.ArgumentTypeError("must be an address that begins with http:// or https://")
    return text


def read_records(named: str, *, most_bytes: int = MOST_BYTES) -> Iterator[Any]:
    """Yield the services of a file, or of an address and its further pages, whatever each is. Raises UnreadableFile."""
    if not named.startswith("https://"):
        yield from _read_contents(named, _read_file(named))
        return
    page, pages, left = 1, 1, most_bytes
    while page <= pages:
        address = named if page == 1 else _name_page(named, page)
        try:
            text = fetch(address, most_bytes=left)
        except FeedNotFetched as error:
            raise UnreadableFile(f"{address}: {error}") from error
        left -= len(text)
        content = _parse(address, text)
        yield from _read_contents(address, content)
        if page == 1 and isinstance(content, dict) and isinstance(content.get("total_pages"), int):
            pages = content["total_pages"]
        page += 1


def _name_page(address: str, page: int) -> str:
    parts = urlsplit(address)
    asked = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "page"]
    return urlunsplit(parts._replace(query=urlencode([*asked, ("page", str(page))])))


def _read_file(named: str) -> Any:
    try:
        text = Path(named).read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{named}: {error}") from error
    return _parse(named, text)


def _parse(named: str, text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{named}: {error}") from error


def _read_contents(named: str, content: Any) -> Iterator[Any]:
    if isinstance(content, dict):
        content = content.get("contents", content.get("services", [content]))
    if not isinstance(content, list):
        raise UnreadableFile(f"{named}: holds no list of services")
    yield from content


async def load_files(database: Database, options: argparse.Namespace) -> ImportReport:
    """Take in the files as one feed, in one transaction: all of it, or nothing where that fails."""
    records = [record for named in options.files for record in read_records(named, most_bytes=options.most_bytes)]
    if options.whole and not records:
        raise UnreadableFile("the files hold no service at all: as a whole feed they would take everything down")
    async with database.transaction() as session:
        return await import_feed(
            session, records, source=options.source, whole=options.whole, now=utcnow(), save=not options.dry_run
        )


def write_report(report: ImportReport, options: argparse.Namespace) -> int:
    """Say what became of the feed; return the exit code."""
    for record in report.records:
        sys.stderr.writelines(f"{error.field}: {error.reason}\n" for error in record.errors)
    sys.stdout.writelines(f"{count} {outcome}\n" for outcome, count in sorted(report.counts.items()))
    sys.stdout.writelines(f"left the feed: {each.id} {each.name}\n" for each in report.departed)
    if options.dry_run:
        sys.stdout.write("nothing was saved\n")
    if options.report is not None:
        options.report.write_text(report.model_dump_json(by_alias=True, indent=2) + "\n", encoding="utf-8")
    return WITH_REFUSALS if report.counts.get(ImportOutcome.REFUSED) else DONE


async def run(settings: LoaderSettings, options: argparse.Namespace) -> int:
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        return write_report(await load_files(database, options), options)
    finally:
        await database.close()


def main(argv: Sequence[str] | None = None) -> int:
    options = parse_options(argv)
    settings = load_settings(LoaderSettings)
    try:
        return asyncio.run(run(settings, options))
    except UnreadableFile as error:
        sys.stderr.write(f"{error}\n")
    except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
        sys.stderr.write(f"stopped: {describe_error(error)}; is RTP_DATABASE_URL that of the operator?\n")
    return NOT_DONE


if __name__ == "__main__":
    run_command(partial(main, None))
