"""The platform's feed, read page by page."""

import http.client
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bodies import parse_json
from .errors import NotAnEvent, Unusable

PAGE = 200
"""Events that are asked for at once."""
TRIES = 10
PAUSE, LONGEST_PAUSE = 5, 60
"""Seconds before a feed that is busy or away is asked again: where it does not say how long, and at most."""
_ADDRESS = r"(https://[\w.-]+|http://(localhost|127\.0\.0\.1|\[::1\]))(:[0-9]+)?(/[\w./-]*)?"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token is for the address that was given, and for no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class Feed:
    """The feed at an address, as the owner of a token sees it."""

    url: str
    token_file: Path
    """Read anew for every page: reading may take longer than a token holds."""
    subscription: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(_ADDRESS, self.url, re.ASCII):
            raise Unusable("--feed is not an address like https://host, to which a token may be sent")

    def read_pages(self, after: str | None) -> Iterator[tuple[bytes, str]]:
        """Yield each page as its bytes, with the cursor to go on from behind it."""
        while True:
            body = self._ask({"limit": str(PAGE), "subscription": self.subscription, "after": after})
            next_, cursor = self._read_cursors(body)
            yield body, cursor
            if next_ is None:
                return
            if next_ == after:
                raise Unusable("the feed does not move on: its next page is the one that was read")
            after = next_

    def _read_cursors(self, body: bytes) -> tuple[str | None, str]:
        try:
            page = parse_json(body)
            items, next_, cursor = page["items"], page["next"], page["cursor"]
        except (NotAnEvent, TypeError, KeyError):
            items = next_ = cursor = None
        if not (isinstance(items, list) and isinstance(next_, str | None) and isinstance(cursor, str)):
            raise Unusable(f"{self.url}/v1/events answered with what is no page of the feed")
        return next_, cursor

    def _ask(self, asked: dict[str, str | None]) -> bytes:
        query = urllib.parse.urlencode({name: value for name, value in asked.items() if value}, errors="replace")
        url, opener = f"{self.url.rstrip('/')}/v1/events", urllib.request.build_opener(_NoRedirects)
        for _ in range(TRIES):
            headers = {"Authorization": f"Bearer {self._read_token()}", "User-Agent": "rtp-verifier"}
            request = urllib.request.Request(f"{url}?{query}", headers=headers)  # noqa: S310 - _ADDRESS says which
            try:
                with opener.open(request, timeout=LONGEST_PAUSE) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in (429, 502, 503, 504):
                        raise Unusable(f"{url} answered {error.code} {error.reason}{_explain(error)}") from None
                    time.sleep(_choose_pause(error.headers.get("Retry-After", "")))
            except (OSError, http.client.HTTPException) as error:
                raise Unusable(f"{url} does not answer: {getattr(error, 'reason', error)}") from None
        raise Unusable(f"{url} is busy or away")

    def _read_token(self) -> str:
        token = self.token_file.read_text("ascii", "replace").strip()
        if not re.fullmatch("[!-~]+", token):
            raise Unusable(f"{self.token_file} holds no token: one word of plain characters")
        return token


def _explain(error: urllib.error.HTTPError) -> str:
    """Return what the answer's problem document says, if it is one."""
    try:
        problem = parse_json(error.read(10_000))
        faults = [f"{each['field']}: {each['reason']}" for each in problem.get("errors") or []]
        said = [problem.get("detail") or problem["title"], *faults]
    except (NotAnEvent, OSError, http.client.HTTPException, TypeError, KeyError, AttributeError):
        return ""
    return "".join(f"; {each}" for each in said)


def _choose_pause(retry_after: str) -> int:
    return min(int(retry_after), LONGEST_PAUSE) if re.fullmatch("[0-9]{1,9}", retry_after) else PAUSE
