"""Clocks of the check of completeness and of assurance."""

from rtp_applications.workflow.common.clocks import for_the_body, propose_clock
from rtp_applications.workflow.enums import Status

CLOCKS = (
    propose_clock(
        "completeness",
        "Check that the business case is complete",
        10,
        Status.CASE_SUBMITTED,
        reminders=(3,),
        extendable=for_the_body(10),
    ),
    propose_clock(
        "assurance", "Rate every strand of assurance", 30, Status.ASSURANCE, reminders=(5,), extendable=for_the_body(30)
    ),
)
