"""The acceptance of a challenge, from which the time until its procurement counts."""

from datetime import date

from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.review.payloads import Acceptance, Consent


def find_acceptance_day(snapshot: CaseSnapshot, _: date | None = None) -> date | None:
    """Return the day on which the expression of interest was accepted, as it was or as modified."""
    found = [snapshot.find_record(kind) for kind in (Acceptance, Consent)]
    return max((find_day(each) for each in found if each), default=None)
