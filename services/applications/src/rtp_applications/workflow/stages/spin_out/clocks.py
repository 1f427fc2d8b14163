"""Clock of the employer's word on a spin-out that was put to it."""

from rtp_applications.workflow.common.clocks import propose_clock
from rtp_applications.workflow.enums import Status

CLOCKS = (
    propose_clock(
        "spin-out-confirmation", "Confirm that the spin-out is the employer's own, or stop it", 20, Status.PROPOSED,
        fixed=True, reminders=(5,),
    ),
)  # fmt: skip
