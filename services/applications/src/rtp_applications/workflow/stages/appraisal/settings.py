"""Number of options that an appraisal must compare."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting

SETTINGS: Mapping[str, Setting] = {
    "options-besides-status-quo": Setting(
        3,
        "platform default, proposed 2026-11: an improvement in house, the mutual and outsourcing, after the toolkits "
        "for alternative delivery models",
        "proposed",
        FIRST,
    ),
}
