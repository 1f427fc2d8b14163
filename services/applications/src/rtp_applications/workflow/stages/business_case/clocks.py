"""Clock of writing the business case."""

from rtp_applications.deadlines.rules.days import Unit
from rtp_applications.workflow.common.clocks import propose_clock
from rtp_applications.workflow.enums import Status

CLOCKS = (
    propose_clock(
        "business-case", "Write the business case; it may be extended", 180, Status.BUSINESS_CASE,
        unit=Unit.CALENDAR_DAYS, reminders=(30, 7),
    ),
)  # fmt: skip
