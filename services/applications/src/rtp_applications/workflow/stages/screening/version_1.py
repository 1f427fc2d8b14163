"""Version 1 of a challenge: the day of receipt did not count, and a remittal began the time anew."""

from dataclasses import replace

from rtp_applications.workflow.common.clocks import LOCALISM_ACT_84
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.interest.version_1 import find_receipt_or_window_end


def _notify_decision_date(now: CaseClock) -> CaseClock:
    return replace(
        now,
        description="Tell the applicants when a decision is expected: 30 days from receipt or from the end of the "
        "period",
        source=LOCALISM_ACT_84,
        once=False,
        counts_from=find_receipt_or_window_end,
    )


VERSION_1_OF_A_CHALLENGE = Earlier(clocks={"decision-date-notice": _notify_decision_date})
