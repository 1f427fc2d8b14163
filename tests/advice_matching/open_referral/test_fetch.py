"""A feed is fetched from public addresses alone, whatever redirects, and no more of it than is allowed."""

import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rtp_advice_matching.load_open_referral import UnreadableFile, read_records
from rtp_advice_matching.open_referral import fetch as fetching
from rtp_advice_matching.open_referral.fetch import FeedNotFetched, fetch, is_public

PAGES = {
    "/feed?page=1": {"total_pages": 3, "contents": ["one"]},
    "/feed": {"total_pages": 3, "contents": ["one"]},
    "/feed?page=2": {"total_pages": 3, "contents": ["two"]},
    "/feed?page=3": {"contents": ["three"]},
}
REDIRECTS = {
    "/moved": "/feed?page=3",
    "/again": "/again",
    "/plain": "http://feed.example/feed",
    "/inside": "https://127.0.0.1/feed",
}


class Feed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = json.dumps(PAGES.get(self.path, [])).encode()
        self.send_response(302 if self.path in REDIRECTS else 200 if self.path in PAGES else 404)
        if self.path in REDIRECTS:
            self.send_header("Location", REDIRECTS[self.path])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A feed at a name whose public address is answered here, without its certificate."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(fetching, "_resolve", lambda host, _: ["127.0.0.1" if host == "127.0.0.1" else "1.1.1.1"])
        monkeypatch.setattr(
            fetching, "_ConnectionTo", lambda *_: HTTPConnection("127.0.0.1", server.server_port, timeout=5)
        )
        yield "https://feed.example"
        server.shutdown()


def test_it_follows_redirects_to_public_addresses_by_https(feed: str) -> None:
    assert json.loads(fetch(f"{feed}/moved")) == PAGES["/feed?page=3"]
    for path, said in (("again", "redirects more than"), ("plain", "begins with https"), ("inside", "not public")):
        with pytest.raises(FeedNotFetched, match=said):
            fetch(f"{feed}/{path}")


def test_no_more_is_taken_than_is_allowed(feed: str) -> None:
    with pytest.raises(FeedNotFetched, match="larger than 10 bytes"):
        fetch(f"{feed}/feed", most_bytes=10)
    with pytest.raises(FeedNotFetched, match="too long"):
        fetch(f"{feed}/feed", most_seconds=-1)
    with pytest.raises(FeedNotFetched, match="answers 404"):
        fetch(f"{feed}/none")


def test_all_pages_of_an_address_are_read(feed: str) -> None:
    assert list(read_records(f"{feed}/feed")) == ["one", "two", "three"]
    with pytest.raises(UnreadableFile, match="larger than"):
        list(read_records(f"{feed}/feed", most_bytes=len(json.dumps(PAGES["/feed"])) + 5))


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://0/"],
)
def test_what_is_not_public_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("it was connected to")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(FeedNotFetched, match="not public"):
        fetch(address)


@pytest.mark.parametrize(
    "address", ["http://feed.example/", "ftp://feed.example/", "https://", "https://me:pw@x.example"]
)
def test_only_https_is_taken(address: str) -> None:
    with pytest.raises(FeedNotFetched, match="begins with https"):
        fetch(address)


def test_a_name_with_a_private_address_besides_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_resolve", lambda *_: ["1.1.1.1", "192.168.0.1"])
    with pytest.raises(FeedNotFetched, match="leads to an address that is not public"):
        fetch("https://feed.example/")


def test_which_addresses_are_public() -> None:
    assert all(map(is_public, ("1.1.1.1", "2606:4700::1111")))
    assert not any(map(is_public, ("127.0.0.1", "::1", "100.64.0.1", "224.0.0.1", "64:ff9b::1", "2002::1", "name")))
