"""Clock of the readiness review."""

from rtp_applications.workflow.common.clocks import propose_clock
from rtp_applications.workflow.enums import Status

CLOCKS = (propose_clock("readiness-review", "Decide whether to go live", 10, Status.READINESS_REVIEW, reminders=(3,)),)
