"""Longest time that a suspension lasts without review, and the time after which an entry is late."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST, THIRD
from rtp_applications.workflow.definition import Setting

SETTINGS: Mapping[str, Setting] = {
    "suspension-review-limit": Setting(
        {"number": 6, "unit": "months"},
        "platform default, proposed 2026-11: no case rests for longer without another look",
        "proposed",
        FIRST,
    ),
    "late-entry": Setting(
        {"number": 7, "unit": "calendar-days"},
        "platform default, proposed 2026-11: a date further back is entered late, and names its document",
        "proposed",
        THIRD,
    ),
}
