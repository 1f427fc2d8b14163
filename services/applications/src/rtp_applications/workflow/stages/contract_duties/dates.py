"""Bounds of the dates of publications and modifications."""

from datetime import date

from rtp_applications.workflow.bounds import Limit, bound, with_late_entries
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.award.clocks import find_day_of_contract


def _find_contract(step: Step) -> date | None:
    return find_day_of_contract(step.snapshot)


CONTRACT = Limit("the day on which the contract was entered into", _find_contract)
OF_A_PUBLICATION = with_late_entries(bound("published_on", CONTRACT))
OF_A_MODIFICATION = with_late_entries(bound("modified_on", CONTRACT))
