"""Bounds of the dates of a call-in, of what scrutiny answers, and of what is decided after it."""

from datetime import date

from rtp_applications.workflow.bounds import Limit, bound, with_late_entries
from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.common.decided import find_last_move
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.decision.approvals import find_lapse_day, find_response_day
from rtp_applications.workflow.stages.decision.payloads import CallIn


def _find_publication(step: Step) -> date:
    window = step.snapshot.find_deadline("call-in-window")
    return window.started_on if window else find_last_move(step)


def _find_call_in(step: Step) -> date:
    called = step.snapshot.find_record(CallIn)
    return find_day(called) if called else find_last_move(step)


def _find_end_of_scrutiny(step: Step) -> date:
    """Return the day of the answer, or that from which the call-in no longer holds the decision, if it came before."""
    found = (find_response_day(step.snapshot), find_lapse_day(step.snapshot))
    return max(min((each for each in found if each), default=date.min), _find_call_in(step))


PUBLICATION = Limit(
    "the day of the decision's publication, from which the time for a call-in counts", _find_publication
)
CALL_IN = Limit("the day on which the decision was called in", _find_call_in)
END_OF_SCRUTINY = Limit(
    "the day on which scrutiny's response was received, or from which the call-in no longer holds the decision",
    _find_end_of_scrutiny,
)
OF_A_CALL_IN = with_late_entries(bound("decided_on", PUBLICATION, law="Local Government Act 2000 s.9F(4)"))
OF_A_RESPONSE = with_late_entries(bound("received_on", CALL_IN, law="SI 2017/68 art 7(4)(a)"))
OF_A_LAPSE = with_late_entries(bound("lapsed_on", CALL_IN))
AFTER_A_CALL_IN = with_late_entries(bound("decided_on", END_OF_SCRUTINY))
