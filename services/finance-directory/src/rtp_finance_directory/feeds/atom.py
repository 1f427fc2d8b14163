"""Writing closing dates as an Atom feed (RFC 4287): pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from rtp_finance_directory.feeds.queries import ClosingDate
from rtp_finance_directory.notice import NOTICE

ATOM = "http://www.w3.org/2005/Atom"
ET.register_namespace("", ATOM)


def write_feed(dates: Sequence[ClosingDate], *, url: str, self_url: str, since: datetime) -> bytes:
    """Return the feed. It was last changed when its newest entry was, and if it has none at `since`."""
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, self_url)}")
    _add(feed, "title", "Closing dates of finance products")
    _add(feed, "subtitle", NOTICE)
    _add(feed, "updated", _format(max((each.changed_at for each in dates), default=since)))
    _add(feed, "link", rel="self", type="application/atom+xml", href=self_url)
    _add(_add(feed, "author"), "name", "Right to Provide")
    for each in dates:
        _add_entry(feed, each, url)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _add_entry(feed: ET.Element, closing: ClosingDate, url: str) -> None:
    entry = _add(feed, "entry")
    day = closing.closes_on.isoformat()
    taken_off = "Taken off: " if closing.taken_off else ""
    _add(entry, "id", f"urn:uuid:{closing.id}")
    _add(entry, "title", f"{taken_off}{closing.name} ({closing.provider})")
    _add(entry, "updated", _format(closing.changed_at))
    _add(_add(entry, "author"), "name", closing.provider)
    _add(entry, "link", rel="alternate", type="application/json", href=f"{url}/v1/products/{closing.product_id}")
    for kind in closing.kinds:
        _add(entry, "category", term=kind)
    said = f"It was taken off; it was to close on {day}." if closing.taken_off else f"It closes on {day}."
    _add(entry, "summary", said, type="text")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _format(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
