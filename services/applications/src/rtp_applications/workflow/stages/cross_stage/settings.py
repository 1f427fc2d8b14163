"""Longest time that a suspension lasts without review."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting

SETTINGS: Mapping[str, Setting] = {
    "suspension-review-limit": Setting(
        {"number": 6, "unit": "months"},
        "platform default, proposed 2026-11: no case rests for longer without another look",
        "proposed",
        FIRST,
    ),
}
