"""Number of extensions that need no new decision."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting

SETTINGS: Mapping[str, Setting] = {
    "extensions-allowed": Setting(
        2, "platform default, proposed 2026-11: more than two extensions need a new decision", "proposed",
        FIRST,
    ),
}  # fmt: skip
