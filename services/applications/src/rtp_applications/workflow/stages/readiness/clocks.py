"""Clock of the readiness review."""

from rtp_applications.workflow.common.clocks import for_the_body, propose_clock
from rtp_applications.workflow.enums import Status

CLOCKS = (
    propose_clock(
        "readiness-review", "Decide whether to go live", 10, Status.READINESS_REVIEW, reminders=(3,),
        extendable=for_the_body(10),
    ),
)  # fmt: skip
