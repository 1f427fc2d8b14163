"""Times of the Provider Selection Regime before a notice of intention to award."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import THIRD
from rtp_applications.workflow.definition import Setting

IDENTIFICATION = "most-suitable-provider-notice"
TIMES: Mapping[str, Setting] = {
    IDENTIFICATION: Setting(
        {"number": 14, "unit": "calendar-days"},
        "Health Care Services (Provider Selection Regime) Regulations 2023 (SI 2023/1348) reg 10(5)",
        "found",
        THIRD,
    ),
}
