"""Carries out the command that loads files: finds the files that are meant, loads each, says what became of it."""

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from rtp_finance_directory.loading.file_standard import FileStandard
from rtp_finance_directory.loading.found import Unreadable
from rtp_finance_directory.loading.load import Loaded, load_file
from rtp_finance_directory.loading.pages import Fetching, fetch_pages
from rtp_finance_directory.loading.progress import LoadedElsewhere, LoadProgress, list_problems
from rtp_finance_directory.loading.report import build_report, describe_load
from rtp_shared.clock import Clock
from rtp_shared.db import Database

DONE, NOT_DONE, WITH_PROBLEMS = 0, 1, 3
_BAR = 30


class Options(NamedTuple):
    """What the command line asks for."""

    sources: list[str]
    modified: datetime | None
    again: bool
    fetching: Fetching
    report: Path | None
    problems: int


class NoSource(Exception):
    """There is nothing to load under that name; the message says why."""


async def load_all(database: Database, standard: FileStandard[Any], options: Options, clock: Clock) -> int:
    """Load every source; return the exit code. One that cannot be loaded does not keep the next from it."""
    code = DONE
    reports = []
    async for path, source in _find_files(standard, options):
        if isinstance(path, str):
            _say(f"{source}: not loaded: {path}")
            code = NOT_DONE
            continue
        try:
            loaded = await _load(database, standard, path, source, options, clock)
        except Unreadable as error:
            _say(f"{source}: not loaded: {error}. {error.problem.right}.")
            code = NOT_DONE
        except LoadedElsewhere:
            _say(f"{source}: not loaded: another process loads the same file")
            code = NOT_DONE
        else:
            problems = await list_problems(database, standard, loaded.progress.digest)
            sys.stdout.writelines(
                f"{line}\n" for line in describe_load(standard, loaded, problems, most=options.problems)
            )
            reports.append(build_report(standard, loaded, problems))
            code = max(code, _judge(loaded), key=[DONE, WITH_PROBLEMS, NOT_DONE].index)
    if options.report is not None:
        options.report.write_text(json.dumps(reports, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return code


def _judge(loaded: Loaded) -> int:
    if loaded.progress.counts["unreadable"]:
        return NOT_DONE
    return WITH_PROBLEMS if loaded.progress.broken_rules else DONE


async def _load(
    database: Database, standard: FileStandard[Any], path: Path, source: str, options: Options, clock: Clock
) -> Loaded:
    bar = Bar(source)
    try:
        return await load_file(
            database,
            standard,
            path,
            source=source,
            clock=clock,
            fallback=options.modified,
            again=options.again,
            show=bar.show,
        )
    finally:
        bar.clear()


async def _find_files(standard: FileStandard[Any], options: Options) -> AsyncIterator[tuple[Path | str, str]]:
    """Find the files of all sources, with their names; instead of a file why there is none."""
    for source in options.sources:
        if source.startswith(("http://", "https://")):
            async for found in fetch_pages(standard, source, options.fetching._replace(show=_show_fetched)):
                yield found
            continue
        try:
            for path in _list_files(Path(source), standard.suffixes):
                yield path, path.name
        except NoSource as error:
            yield str(error), source


def _list_files(path: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    if path.is_dir():
        found = sorted(
            each for each in path.iterdir() if each.name.lower().endswith(tuple(suffixes)) and each.is_file()
        )
        if not found:
            raise NoSource(f"no file in it ends with {', '.join(suffixes)}")
        yield from found
    elif not path.is_file():
        raise NoSource("there is no such file" if not path.exists() else "it is no file")
    else:
        yield path


class Bar:
    """A line on standard error that moves, where somebody watches it."""

    def __init__(self, name: str) -> None:
        self._name = name[:40]
        self._started = time.monotonic()
        self._shown = sys.stderr.isatty()

    def show(self, fraction: float, progress: LoadProgress) -> None:
        if not self._shown:
            return
        full = round(fraction * _BAR)
        rate = progress.items / max(0.001, time.monotonic() - self._started)
        line = f"{self._name} [{'#' * full}{' ' * (_BAR - full)}] {fraction:4.0%} {progress.items:,} ({rate:,.0f}/s)"
        sys.stderr.write(f"\r{line}\033[K")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def _show_fetched(name: str, size: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{name[-60:]} {size / 2**20:,.1f} MiB fetched\033[K")
        sys.stderr.flush()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
