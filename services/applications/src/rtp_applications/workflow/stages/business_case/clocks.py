"""Clock of writing the business case."""

from rtp_applications.deadlines.rules.days import Unit
from rtp_applications.workflow.common.clocks import for_the_group, propose_clock
from rtp_applications.workflow.enums import Status

CLOCKS = (
    propose_clock(
        "business-case", "Write the business case; it may be extended", 180, Status.BUSINESS_CASE,
        unit=Unit.CALENDAR_DAYS, reminders=(30, 7), extendable=for_the_group(365, Unit.CALENDAR_DAYS),
    ),
)  # fmt: skip
