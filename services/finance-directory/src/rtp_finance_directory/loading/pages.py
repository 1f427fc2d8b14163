"""Fetches what an address answers, page by page, where a package names the one that follows."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from yarl import URL

from rtp_finance_directory.loading.fetch import Busy, NotFetched, fetch
from rtp_finance_directory.loading.file_standard import FileStandard
from rtp_finance_directory.loading.found import Unreadable

TRIES = 4
LONGEST_WAIT = 120.0
"""Seconds that a busy server may ask us to wait, each time."""


class Fetching(NamedTuple):
    """What is fetched at the most, and from where."""

    most_bytes: int
    """Of one page."""
    most_pages: int
    allow_private: bool
    show: Callable[[str, int], object] = lambda *_: None
    """Is told how many bytes of which page are there."""


async def fetch_pages(
    standard: FileStandard[Any], address: str, fetching: Fetching
) -> AsyncIterator[tuple[Path | str, str]]:
    """Yield each page as a file, with its name; instead of a file, why there is none, and nothing behind it.

    A page is looked for what follows it once it is dealt with. Whoever starts anew passes by pages that were loaded.
    """
    url, seen = URL(address), {URL(address)}
    name = str(url.with_user(None).with_query(None).with_fragment(None))
    for number in range(1, fetching.most_pages + 1):
        shown = name if number == 1 else f"{name} page {number}"
        with tempfile.TemporaryDirectory(prefix="rtp-load-") as directory:
            path = Path(directory) / "file"
            try:
                await _fetch_patiently(url, path, fetching, shown)
            except NotFetched as error:
                yield str(error), shown
                return
            yield path, shown
            following = await asyncio.to_thread(_find_following, standard, path)
        if following is None:
            return
        try:
            url = _join(url, following)
        except ValueError as error:
            yield str(error), f"{name} page {number + 1}"
            return
        if url in seen:
            yield "its page before names one that was loaded already", f"{name} page {number + 1}"
            return
        seen.add(url)
    yield f"there are more than {fetching.most_pages:,} pages: --most-pages allows more", name


async def _fetch_patiently(url: URL, path: Path, fetching: Fetching, name: str) -> None:
    """Fetch a page; where the server is busy, wait as long as it asks for, some times."""
    for left in range(TRIES - 1, -1, -1):
        try:
            await fetch(
                str(url),
                path,
                most_bytes=fetching.most_bytes,
                allow_private=fetching.allow_private,
                show=partial(fetching.show, name),
            )
        except Busy as error:
            if not left or error.seconds > LONGEST_WAIT:
                raise
            await asyncio.sleep(error.seconds)
        else:
            return


def _find_following(standard: FileStandard[Any], path: Path) -> str | None:
    try:
        return standard.find_next(standard.inspect(path))
    except Unreadable:  # said already, as it was loaded
        return None


def _join(url: URL, following: str) -> URL:
    """Return the address of the page that follows. Raises ValueError unless it is at the same place: whoever loads has
    named one server, and what it answers names others."""
    joined = url.join(URL(following)).with_fragment(None)
    if (joined.scheme, joined.host, joined.port) != (url.scheme, url.host, url.port):
        raise ValueError("its page before names one on another server: start a load there if you trust it")
    return joined.with_user(url.user).with_password(url.password) if url.user else joined
