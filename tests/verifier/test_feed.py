"""The verifier over a feed, and a directory against it, with a real HTTP server between."""

import json
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtp_gateway.forms.rendering import Form
from tests.verifier.receiver import Verifier, altered, chain, keep, page, sent


class Feed(ThreadingHTTPServer):
    """Serves events two a page. `disturb`: answers given in place of the next ones, as status and headers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.events: list[bytes] = []
        self.of_subscription: dict[str, list[bytes]] = {}
        self.token = "the-token"
        self.disturb: list[tuple[int, dict[str, str]]] = []
        self.disturbing = b""
        self.instead: bytes | None = None
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, query: dict[str, list[str]]) -> bytes:
        subscription = query.get("subscription")
        held = self.of_subscription[subscription[0]] if subscription else self.events
        start = int(query.get("after", ["at-0"])[0].removeprefix("at-"))
        items = held[start : start + 2]
        end = start + len(items)
        return page(items, next_=f"at-{end}" if end < len(held) else None, cursor=f"at-{end}")


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def feed(self) -> Feed:
        return cast("Feed", self.server)

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.feed.asked.append(self.path)
        if self.feed.disturb:
            status, headers = self.feed.disturb.pop(0)
            return self.answer(status, self.feed.disturbing, **headers)
        token = self.headers["Authorization"].removeprefix("Bearer ")
        if token != self.feed.token:
            return self.answer(401)
        return self.answer(200, self.feed.instead or self.feed.page(parse_qs(urlsplit(self.path).query)))


@contextmanager
def served() -> Iterator[Feed]:
    with Feed() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def feed() -> Iterator[Feed]:
    with served() as feed:
        yield feed


@pytest.fixture
def command(tmp_path: Path) -> Verifier:
    (tmp_path / "token").write_text("the-token\n")
    return Verifier(tmp_path)


def reading(feed: Feed, tmp_path: Path) -> list[object]:
    return ["--feed", feed.url, "--token-file", tmp_path / "token"]


def sequences(found: list[dict[str, Any]]) -> list[int]:
    return [each["sequence"] for each in found]


def test_the_whole_feed_is_read(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    events, other = chain(4), chain(3)
    feed.events = [events[0], other[0], other[1], events[1], events[2], other[2], events[3]]
    report = command.report(*reading(feed, tmp_path))
    assert (report["exit_code"], report["events"], report["chains"], report["links_checked"]) == (0, 7, 2, 5)
    assert len(feed.asked) == 4
    feed.events = [events[0], altered(events[1], data={}), events[3], events[2]]
    report = command.report(*reading(feed, tmp_path))
    assert (sequences(report["broken_links"]), sequences(report["out_of_order"])) == ([3], [3])
    assert report["exit_code"] == 2


def test_what_the_feed_leaves_out_is_not_its_reader_s_to_see(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    """Of a draft's events, or of a case that was joined later, there is nothing in the feed: that is no loss."""
    events = chain(6)
    feed.events = [events[3], events[5]]
    report = command.report(*reading(feed, tmp_path))
    gaps = [(gap["first"], gap["last"]) for gap in report["explained_gaps"]]
    assert (report["exit_code"], gaps, report["gaps"]) == (0, [(1, 3), (5, 5)], [])
    received = keep(tmp_path / "received", [events[3], events[5]])
    assert command.report(received, *reading(feed, tmp_path))["exit_code"] == 0
    assert "nothing is missing.\n" in command.run(received, *reading(feed, tmp_path)).stdout
    assert command.report(received)["exit_code"] == 4, "without the feed it cannot be told"
    assert "--feed" in command.run(received).stdout
    feed.events.append(chain(1)[0])
    assert command.report(received, *reading(feed, tmp_path))["exit_code"] == 1


def test_it_goes_on_from_last_time(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    events = chain(7)
    cursor = "at-0"
    for end, new in ((3, 3), (3, 0), (7, 4)):
        feed.events = events[:end]
        report = command.report(*reading(feed, tmp_path), "--after", cursor)
        # What was read before is no gap.
        assert (report["exit_code"], report["events"]) == (0, new)
        cursor = report["cursor"]
    assert cursor == "at-7"
    assert "goes on after at-7" in command.run(*reading(feed, tmp_path)).stdout


def test_it_waits_for_as_long_as_the_feed_asks(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    feed.events = chain(3)
    feed.disturb = [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})]
    assert command.report(*reading(feed, tmp_path))["events"] == 3


# --- A directory against the feed


def test_what_a_filtered_subscription_should_have_got(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    """Gaps where the feed has nothing for the subscription are explained; what the feed has is missing."""
    feed.events = events = chain(8)
    feed.of_subscription["mine"] = [events[1], events[4], events[5], events[7]]
    received = keep(
        tmp_path / "received", [sent(Form.THIN, events[1]), events[4], sent(Form.FHIR, events[5]), events[7]]
    )
    against = [received, *reading(feed, tmp_path)]
    report = command.report(*against, "--subscription", "mine")
    assert (report["exit_code"], len(report["explained_gaps"]), report["gaps"]) == (0, 3, [])
    assert all("subscription=mine" in path for path in feed.asked)
    assert "gaps where the feed has nothing for you: 3" in command.run(*against, "--subscription", "mine").stdout
    (received / "0001.json").unlink()
    report = command.report(*against, "--subscription", "mine")
    assert (report["exit_code"], sequences(report["missing_against_feed"])) == (1, [5])
    assert [(gap["first"], gap["last"]) for gap in report["gaps"]] == [(3, 5)]
    report = command.report(*against)
    assert sequences(report["missing_against_feed"]) == [1, 3, 4, 5, 7]


def test_what_was_altered_shows_beside_the_feed_where_no_link_would_tell(
    command: Verifier, feed: Feed, tmp_path: Path
) -> None:
    feed.events = events = chain(3)
    forged = altered(events[2], data={"number": "another"})
    replaced = altered(events[1], id=str(uuid.uuid4()))
    unknown = chain(1)
    received = keep(tmp_path / "received", [events[0], forged, *unknown])
    report = command.report(received, *reading(feed, tmp_path))
    assert (sequences(report["conflicts"]), report["exit_code"]) == ([3], 2)
    assert (sequences(report["missing_against_feed"]), len(report["not_in_feed"])) == ([2], 1)
    report = command.report(keep(tmp_path / "other", [events[0], replaced]), *reading(feed, tmp_path))
    assert (sequences(report["conflicts"]), sequences(report["missing_against_feed"])) == ([2], [2, 3])
    forged_thin = altered(sent(Form.THIN, events[0]), time="2020-01-01T00:00:00Z")
    report = command.report(keep(tmp_path / "thin", [forged_thin]), *reading(feed, tmp_path))
    assert sequences(report["conflicts"]) == [1]


def test_against_the_rest_of_the_feed_nothing_is_said_of_what_was_before(
    command: Verifier, feed: Feed, tmp_path: Path
) -> None:
    feed.events = events = chain(4)
    received = keep(tmp_path / "received", [events[1], events[2]])
    report = command.report(received, *reading(feed, tmp_path), "--after", "at-2")
    assert (sequences(report["missing_against_feed"]), report["not_in_feed"], report["gaps"]) == ([4], [], [])


def test_a_directory_that_was_clean_is_clean_from_any_cursor_on(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    """Gaps before the cursor were by right, and the feed is not asked about them again."""
    events = chain(9)
    feed.events = [events[1], events[3], events[6], events[8]]
    against = [keep(tmp_path / "received", feed.events), *reading(feed, tmp_path)]
    for cursor in range(5):
        report = command.report(*against, "--after", f"at-{cursor}")
        assert (report["exit_code"], report["gaps"]) == (0, []), cursor
    assert "--feed" not in command.run(*against, "--after", "at-2").stdout


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=3))
def test_missing_is_what_the_feed_has_and_the_directory_has_not(
    tmp_path_factory: pytest.TempPathFactory, kept: list[list[int]]
) -> None:
    tmp_path = tmp_path_factory.mktemp("compared")
    received: list[bytes] = []
    expected: list[str] = []
    with served() as feed:
        for times in kept:
            events = chain(len(times))
            feed.events += events
            for body, count in zip(events, times, strict=True):
                received += [body] * count
                expected += [] if count else [json.loads(body)["id"]]
        (tmp_path / "token").write_text("the-token")
        report = Verifier(tmp_path).report(keep(tmp_path / "received", received), *reading(feed, tmp_path))
    assert sorted(each["id"] for each in report["missing_against_feed"]) == sorted(expected)
    assert report["explained_gaps"] == []
    assert (report["conflicts"], report["not_in_feed"]) == ([], [])
    assert report["exit_code"] == (1 if expected else 0)


# --- What cannot be read


def test_a_token_is_sent_to_one_address_and_over_https_only(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    with served() as elsewhere:
        feed.disturb = [(302, {"Location": f"{elsewhere.url}/v1/events"})]
        assert "302" in command.refusal(*reading(feed, tmp_path))
        assert elsewhere.asked == []
    for url in (
        "http://rtp.test",
        "ftp://rtp.test",
        "rtp.test",
        "https://user:pw@rtp.test",
        "https://[",
        "https://h/?a",
    ):
        assert "--feed" in command.refusal("--feed", url, "--token-file", tmp_path / "token")


@pytest.mark.parametrize(
    "instead",
    [
        b"<html>",
        b"[]",
        b'{"items":{},"next":null,"cursor":"a"}',
        b'{"items":[],"next":null}',
        b'{"items":[],"next":7,"cursor":"a"}',
    ],
)
def test_what_is_no_page_is_refused(command: Verifier, feed: Feed, tmp_path: Path, instead: bytes) -> None:
    feed.instead = instead
    assert "no page of the feed" in command.refusal(*reading(feed, tmp_path))


def test_a_feed_that_cannot_be_read(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    asked = reading(feed, tmp_path)
    feed.instead = page([], next_="at-0", cursor="at-0")
    assert "does not move on" in command.refusal(*asked)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        assert "does not answer" in command.refusal("--feed", gone, "--token-file", tmp_path / "token")
    for token, reason in (("another", "401"), ("two words", "one word"), ("£", "one word"), ("", "one word")):
        (tmp_path / "token").write_text(token)
        assert reason in command.refusal(*asked)
    (tmp_path / "token").write_text("the-token")
    for body, said in (
        (b'{"title":"Wrong","errors":[{"field":"subscription","reason":"no \\u001buuid"}]}', "422"),
        (b"[", "422"),
        (b"{}", "422"),
    ):
        feed.disturb, feed.disturbing = [(422, {})], body
        refusal = command.refusal(*asked)
        assert said in refusal
        assert "\x1b" not in refusal
        assert ("Wrong" in refusal and "uuid" in refusal) == (len(body) > 2)


def test_what_is_no_event_in_the_feed_is_serious(command: Verifier, feed: Feed, tmp_path: Path) -> None:
    feed.events = [*chain(2), b'{"id":1}']
    report = command.report(*reading(feed, tmp_path))
    assert [each["place"] for each in report["not_events"]] == ["feed page 2:1"]
    assert report["exit_code"] == 2
