"""Clocks of the appraisal."""

from rtp_applications.deadlines.rules.days import Unit
from rtp_applications.workflow.common.clocks import for_the_body, for_the_group, propose_clock
from rtp_applications.workflow.enums import Status

CLOCKS = (
    propose_clock(
        "feasibility-start", "Disclose the information pack and begin the appraisal", 20, Status.EOI_ACCEPTED,
        extendable=for_the_body(20),
    ),
    propose_clock(
        "feasibility", "Appraise the options: a target", 90, Status.FEASIBILITY, unit=Unit.CALENDAR_DAYS,
        reminders=(14,), extendable=for_the_group(90, Unit.CALENDAR_DAYS),
    ),
)  # fmt: skip
