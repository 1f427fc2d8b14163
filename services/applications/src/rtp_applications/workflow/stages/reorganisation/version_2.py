"""Version 2: one body followed another, and no resolution began a time anew."""

from dataclasses import replace

from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.earlier import Earlier


def _run_on(now: CaseClock) -> CaseClock:
    return replace(now, unsettled_when=None, ended_by=())


VERSION_2 = Earlier(
    clocks=dict.fromkeys(("decision-date-notice", "eoi-decision"), _run_on),
    added=frozenset({"choose-successor", "record-reorganisation-resolution", "record-no-reorganisation-resolution"}),
)
