import argparse
import os
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

from .chains import check_chains, check_order, compare
from .errors import Unusable
from .events import FEED, RECEIVED
from .feed import Feed
from .ledger import Ledger
from .reading import Reader
from .report import UNUSABLE, Report, escape
from .signatures import read_keys


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unusable(f"{message} (--help tells more)")

    def print_help(self, file: Any = None) -> None:
        _print(self.format_help().splitlines())


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="verifier",
        allow_abbrev=False,
        description="Checks events that were received: signatures, sequences and hashes; those of a directory, of the "
        "feed, or of a directory against the feed.",
        epilog="Exits with 0 if nothing is wrong or missing (gaps that the feed has nothing in are by right), 1 with "
        "loss or what is out of order, 2 with what is serious (a wrong signature, a broken link, a conflict, what is "
        "no event), 3 if nothing could be checked, 4 with gaps of which only the feed could tell if they are loss.",
    )
    add = parser.add_argument
    add("directory", type=Path, nargs="?", help="NAME.json (bodies), NAME.headers beside them, *.jsonl")
    add("--secret-file", type=Path, metavar="FILE", help="webhook secrets (whsec_...), one a line")
    add("--public-key", action="append", default=[], metavar="KEY", help="whpk_...; may be repeated")
    add("--keys", type=Path, action="append", default=[], metavar="FILE", help="what .../keys answered; likewise")
    add("--in-order", action="store_true", help="the names of the files tell the order of arrival: check it")
    add("--feed", metavar="URL", help="the platform's address, to read its feed")
    add("--token-file", type=Path, metavar="FILE", help="holds the access token for the feed")
    add("--subscription", metavar="ID", help="only what came, and what the feed has, for this one")
    add("--after", metavar="CURSOR", help="only what the feed has after this one, which an earlier report named")
    add("--json", action="store_true", help="all findings as JSON")
    return parser


def _read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    options = _build_parser().parse_args(arguments)
    if not (options.directory or options.feed):
        raise Unusable("name a directory, --feed, or both (--help tells more)")
    if options.directory and not options.directory.is_dir():
        raise Unusable(f"{options.directory} is not a directory")
    if bool(options.feed) != bool(options.token_file):
        raise Unusable("--feed and --token-file go together")
    if options.after and not options.feed:
        raise Unusable("--after needs --feed")
    return options


def _read_directory(reader: Reader, options: argparse.Namespace) -> None:
    reader.read_directory(options.directory)
    if len(reader.subscriptions) > 1:
        # The copy for one would fill a gap of the other.
        named = ", ".join(sorted(reader.subscriptions))
        raise Unusable(
            f"{options.directory} has events of several subscriptions: check each by --subscription: {named}"
        )
    report = reader.report
    if not (options.feed or report.events or report.not_events):
        raise Unusable(f"{options.directory} holds no events: no .json or .jsonl file")


def verify(options: argparse.Namespace, ledger: Ledger) -> Report:
    report = Report()
    keys = read_keys(options.secret_file, options.public_key, options.keys)
    reader = Reader(ledger, report, keys, options.subscription)
    if options.directory:
        _read_directory(reader, options)
    if options.feed:
        side = FEED if options.directory else RECEIVED
        feed = Feed(options.feed, options.token_file, options.subscription)
        for number, (body, report.cursor) in enumerate(feed.read_pages(options.after), start=1):
            reader.read_body(body, f"feed page {number}", side)
    check_chains(ledger, report, from_start=not options.after)
    if not options.directory:
        report.explained_gaps, report.gaps = report.gaps, []
    if options.in_order or not options.directory:
        check_order(ledger, report)
    if options.directory and options.feed:
        compare(ledger, report, from_start=not options.after)
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the arguments name, print the report, and return the exit code."""
    try:
        options = _read_arguments(arguments)
        with closing(Ledger()) as ledger:
            report = verify(options, ledger)
    except (Unusable, OSError, sqlite3.Error) as error:
        sys.stderr.write(escape(f"verifier: {error}") + "\n")
        return UNUSABLE
    lines = [report.to_json()] if options.json else map(escape, report.to_lines())
    _print(lines)
    return report.exit_code


def _print(lines: Iterable[str]) -> None:
    """Print the lines; where nobody reads on, as behind `| head`, quietly leave the rest out."""
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
