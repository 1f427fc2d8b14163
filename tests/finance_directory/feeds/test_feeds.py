"""Closing dates for calendars and feed readers: what they say, and that nothing in them breaks out of its place."""

import re
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_finance_directory.feeds.calendar import LONGEST, escape, fold
from tests.conftest import Api
from tests.finance_directory.directory.conftest import GRANT, act, at, draft, publish

pytestmark = pytest.mark.anyio

ICS, ATOM = "/v1/products/closing-dates.ics", "/v1/products/closing-dates.atom"
NS = {"a": "http://www.w3.org/2005/Atom"}
CLOSES = date(2099, 3, 31)
WINDOW = {"opensOn": "2026-01-01", "closesOn": CLOSES.isoformat()}
Event = dict[str, str]


def unfold(content: bytes) -> list[str]:
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= LONGEST for line in content.split(b"\r\n"))
    return content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def read_events(content: bytes) -> list[Event]:
    lines = unfold(content)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    found: list[Event] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and not line.startswith("END:"):
            name, _, value = line.partition(":")
            assert name not in found[-1]
            found[-1][name] = value
    return found


async def calendar(api: Api, **params: Any) -> list[Event]:
    answer = await api.get(ICS, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return read_events(answer.content)


async def feed(api: Api, **params: Any) -> ET.Element:
    answer = await api.get(ATOM, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)  # noqa: S314 - we wrote it


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=300))
def test_a_folded_line_unfolds_to_itself(line: str) -> None:
    assert b"".join(fold(line)[:-2].split(b"\r\n ")).decode() == line
    assert all(len(part) <= LONGEST for part in fold(line).split(b"\r\n"))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_an_escaped_text_is_one_value(text: str) -> None:
    written = escape(text)
    assert "\n" not in written
    meant = {"\\n": "\n", "\\\\": "\\", "\\;": ";", "\\,": ","}
    assert re.sub(r"\\[n\\;,]", lambda found: meant[found[0]], written) == text


async def test_a_closing_date_is_a_whole_day(funder: Api, anybody: Api) -> None:
    product = await publish(funder, name="Ibis; a, b\\", windows=[WINDOW])
    [event] = await calendar(anybody, q="ibis")
    assert event["DTSTART;VALUE=DATE"] == "20990331"
    assert event["DTEND;VALUE=DATE"] == "20990401"
    assert event["SUMMARY"] == "Closes: Ibis\\; a\\, b\\\\ (A fund)"
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == str(product["version"])
    assert event["URL"].endswith(f"/v1/products/{product['id']}")
    assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"])


async def test_a_moved_date_keeps_its_uid_and_what_is_taken_off_is_cancelled(funder: Api, anybody: Api) -> None:
    served: dict[str, Any] = {"sectors": ["fire-and-rescue"], "completeLists": ["sectors"]}
    product = await publish(funder, name="Egret", windows=[WINDOW], **served)
    [first] = await calendar(anybody, q="egret")
    later = {**WINDOW, "closesOn": (CLOSES + timedelta(days=7)).isoformat()}
    moved = {**GRANT, "name": "Egret", **served, "windows": [later]}
    answer = await funder.put(f"/v1/products/{product['id']}", json=moved, headers=at(product))
    [second] = await calendar(anybody, q="egret")
    assert (first["UID"], "20990407") == (second["UID"], second["DTSTART;VALUE=DATE"])
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    await act(funder, answer.json(), "withdraw")
    [third] = await calendar(anybody, q="egret", sector="fire-and-rescue")
    assert (third["UID"], third["STATUS"]) == (first["UID"], "CANCELLED")
    assert int(third["SEQUENCE"]) > int(second["SEQUENCE"])
    assert await calendar(anybody, q="egret", sector="transport") == []
    [entry] = (await feed(anybody, q="egret")).findall("a:entry", NS)
    assert (entry.findtext("a:title", "", NS)).startswith("Taken off: ")


async def test_drafts_are_in_no_feed_and_what_comes_back_is_not_cancelled(funder: Api, anybody: Api) -> None:
    product = await draft(funder, name="Bittern", windows=[WINDOW])
    assert await calendar(anybody, q="bittern") == await calendar(funder, q="bittern") == []
    product = await act(funder, await act(funder, product, "suspend"), "publish")
    assert [event["STATUS"] for event in await calendar(anybody, q="bittern")] == ["CONFIRMED"]
    product = await act(funder, await act(funder, product, "suspend"), "publish")
    assert [event["STATUS"] for event in await calendar(anybody, q="bittern")] == ["CONFIRMED"]


async def test_what_never_was_told_is_not_cancelled(funder: Api, anybody: Api) -> None:
    await act(funder, await draft(funder, name="Dunlin", windows=[WINDOW]), "withdraw")
    assert await calendar(anybody, q="dunlin") == await calendar(funder, q="dunlin") == []


async def test_what_says_no_date_or_a_past_one_is_left_out(funder: Api, anybody: Api) -> None:
    await publish(funder, name="Grebe")
    await publish(funder, name="Grebe", windows=[{"opensOn": "2020-01-01", "closesOn": "2020-02-01"}])
    await publish(funder, name="Grebe", windows=[{"opensOn": "2020-01-01", "closesOn": "9999-12-31"}])
    assert await calendar(anybody, q="grebe") == []


async def test_a_feed_is_well_formed_whatever_names_hold(funder: Api, anybody: Api) -> None:
    name = 'Heron <script>alert(1)</script> & ]]> "co"'
    product = await publish(funder, name=name, windows=[WINDOW])
    found = await feed(anybody, q="heron", sector="transport")
    [entry] = found.findall("a:entry", NS)
    assert entry.findtext("a:title", "", NS) == f"{name} (A fund)"
    assert entry.findtext("a:id", "", NS).startswith("urn:uuid:")
    assert found.find("a:link[@rel='self']", NS).get("href") == f"http://rtp.test{ATOM}?q=heron&sector=transport"  # type: ignore[union-attr]
    assert found.findtext("a:updated", "", NS) == entry.findtext("a:updated", "", NS)
    assert entry.find("a:link", NS).get("href", "").endswith(product["id"])  # type: ignore[union-attr]


async def test_an_empty_feed_is_one(anybody: Api) -> None:
    found = await feed(anybody, q="nosuchword")
    assert found.findall("a:entry", NS) == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", found.findtext("a:updated", "", NS))
    assert await calendar(anybody, q="nosuchword") == []


@pytest.mark.parametrize("path", [ICS, ATOM])
async def test_what_did_not_change_is_not_sent_again(path: str, funder: Api, anybody: Api) -> None:
    await publish(funder, name="Curlew", windows=[WINDOW])
    first = await anybody.get(path, params={"q": "curlew"})
    assert first.headers["cache-control"] == "public, max-age=3600"
    again = await anybody.get(path, params={"q": "curlew"}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await anybody.get(path, params={"colour": "blue"})).status_code == 422
