"""Version 2 of a challenge: the authority did not take its own refusal up again."""

from dataclasses import replace

from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.earlier import Earlier


def _decide_anew(now: CaseClock) -> CaseClock:
    return replace(
        now,
        description="Decide anew on the expression of interest that a court sent back",
        started_by=("remit-by-court",),
    )


VERSION_2_OF_A_CHALLENGE = Earlier(clocks={"remitted-decision": _decide_anew})
