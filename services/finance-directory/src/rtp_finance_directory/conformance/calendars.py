"""The rules of iCalendar (RFC 5545) and Atom (RFC 4287) for the feeds of closing dates."""

import re
from collections.abc import AsyncIterator, Iterator
from xml.etree import ElementTree as ET

from rtp_finance_directory.conformance.findings import ConformanceFinding, Fetch, RulesOf

CALENDAR, FEED = "/v1/products/closing-dates.ics", "/v1/products/closing-dates.atom"
OF_CALENDAR, OF_FEED = RulesOf("iCalendar (RFC 5545)"), RulesOf("Atom (RFC 4287)")
LONGEST = 75
ATOM = "{http://www.w3.org/2005/Atom}"
_DAY = re.compile(r"\d{8}")
_STAMP = re.compile(r"\d{8}T\d{6}Z")


async def check_calendar(fetch: Fetch) -> AsyncIterator[ConformanceFinding]:
    """Read the calendar of closing dates."""
    answer = await fetch(CALENDAR)
    if answer.status != 200:
        yield OF_CALENDAR.skip("a calendar is there", f"it answers {answer.status}")
        return
    typed = answer.headers.get("content-type", "").startswith("text/calendar")
    yield OF_CALENDAR.require("it is sent as text/calendar", typed, "it has another type")
    lines = answer.content.split(b"\r\n")
    broken = b"\n" in answer.content.replace(b"\r\n", b"") or lines[-1] != b""
    yield OF_CALENDAR.require("lines end in CRLF", not broken, "one does not")
    longest = max(map(len, lines))
    yield OF_CALENDAR.require("no line is longer than 75 octets", longest <= LONGEST, f"one has {longest}")
    text = answer.content.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode("utf-8", "replace").split("\r\n")
    frame = (text[0], text[-2:-1]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR"])
    said = {line.partition(":")[0] for line in text}
    yield OF_CALENDAR.require(
        "it is a VCALENDAR with version and PRODID", frame and {"VERSION", "PRODID"} <= said, "no"
    )
    yield OF_CALENDAR.judge("each event has one UID, one DTSTAMP and a start before its end", list(_judge_events(text)))


def _judge_events(lines: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    event: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            yield from _judge_event(event, seen)
        else:
            event.setdefault(name.partition(";")[0], []).append(value)


def _judge_event(event: dict[str, list[str]], seen: set[str]) -> Iterator[str]:
    uids, stamps = event.get("UID", []), event.get("DTSTAMP", [])
    if len(uids) != 1 or uids[0] in seen:
        yield f"UID {', '.join(uids) or 'is missing'}" + (" is there twice" if len(uids) == 1 else "")
    if len(stamps) != 1 or not _STAMP.fullmatch(stamps[0]):
        yield "DTSTAMP is no time in UTC"
    days = [*event.get("DTSTART", []), *event.get("DTEND", [])]
    if len(days) != 2 or not all(map(_DAY.fullmatch, days)) or days[0] >= days[1]:
        yield "DTSTART and DTEND are no whole days in order"
    seen.update(uids)


async def check_feed(fetch: Fetch) -> AsyncIterator[ConformanceFinding]:
    """Read the Atom feed of closing dates."""
    answer = await fetch(FEED)
    if answer.status != 200:
        yield OF_FEED.skip("a feed is there", f"it answers {answer.status}")
        return
    if b"<!DOCTYPE" in answer.content or b"<!ENTITY" in answer.content:
        yield OF_FEED.judge("it is well-formed XML without a document type", ["it has a document type"])
        return
    try:
        feed = ET.fromstring(answer.content)  # noqa: S314 - without a document type there are no entities to expand
    except ET.ParseError as error:
        yield OF_FEED.judge("it is well-formed XML without a document type", [str(error)])
        return
    yield OF_FEED.judge("it is well-formed XML without a document type", [])
    entries = feed.findall(f"{ATOM}entry")
    parts = [feed, *entries]
    lacking = [
        f"{part.tag.removeprefix(ATOM)} has {len(part.findall(ATOM + name))} {name}"
        for part in parts
        for name in ("id", "title", "updated")
        if len(part.findall(ATOM + name)) != 1
    ]
    yield OF_FEED.judge("feed and entries have one id, one title and one time of change", lacking)
    ids = [part.findtext(f"{ATOM}id", "") for part in parts]
    yield OF_FEED.require("no two have one id", len(set(ids)) == len(ids), "two have")
    linked = any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link"))
    yield OF_FEED.require("it names its own address", linked, "it has no link of the relation self")
