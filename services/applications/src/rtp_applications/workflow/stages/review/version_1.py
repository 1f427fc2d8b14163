"""Version 1 of a challenge: the maximum period ran from the end of a window, and a remittal began it anew."""

from dataclasses import replace

from rtp_applications.workflow.common.clocks import LOCALISM_ACT_84
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.interest.version_1 import find_receipt_or_window_end


def _decide(now: CaseClock) -> CaseClock:
    return replace(now, source=LOCALISM_ACT_84, once=False, counts_from=find_receipt_or_window_end)


VERSION_1_OF_A_CHALLENGE = Earlier(clocks={"eoi-decision": _decide}, added=frozenset({"remitted-decision"}))
