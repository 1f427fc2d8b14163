"""Lengths of the monitoring after the launch."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting

TIMES: Mapping[str, Setting] = {
    "first-checks-end": Setting(
        {"number": 180, "unit": "calendar-days"},
        "platform default, proposed 2026-11: quarters begin after the last of the first checks",
        "proposed",
        FIRST,
    ),
    "retender-alert": Setting(
        {"number": 18, "unit": "months"},
        "platform default, proposed 2026-11: how long before the contract ends",
        "proposed",
        FIRST,
    ),
}
"""Lengths that clocks of ours count, published with their sources; no body replaces them."""
