"""Bounds of the dates of notices, agendas and decisions."""

from datetime import date

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import TOMORROW, Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.days import find_day
from rtp_applications.workflow.common.decided import DECISION, find_last_move
from rtp_applications.workflow.common.limits import IN_A_YEAR, IN_TEN_YEARS, SUBMISSION
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.stages.panel.payloads import Vote


def _find_business_case_submission(step: Step) -> date | None:
    checked = step.snapshot.find_deadline("completeness")
    return civil_date(checked.started_at) if checked else SUBMISSION.find(step)


def _find_first_appointment(step: Step) -> date | None:
    members = (each for each in step.snapshot.parties.values() if each.role is Role.PANEL_MEMBER)
    return min((each.valid_from for each in members), default=_find_business_case_submission(step))


def _find_first_day_of_the_panel(step: Step) -> date:
    submitted = _find_business_case_submission(step)
    return max(submitted or date.min, find_last_move(step))


def _find_last_vote(step: Step) -> date:
    cast = (find_day(vote) for _, vote in step.snapshot.list_payloads(Vote))
    return max((*cast, _find_first_day_of_the_panel(step)))


BUSINESS_CASE = Limit("the day on which the business case was submitted", _find_business_case_submission)
PANEL = Limit(
    "the day on which the panel was first appointed, or without a panel the business case was submitted",
    _find_first_appointment,
)
BEFORE_THE_PANEL = Limit(
    "the day on which the business case was submitted, or on which the case came before the panel again",
    _find_first_day_of_the_panel,
)
LAST_VOTE = Limit(
    "the day of the panel's last vote, or where nobody votes that on which the case came before the panel",
    _find_last_vote,
)

OF_A_KEY_DECISION = (
    bound("published_on", SUBMISSION, expected=BUSINESS_CASE, law="SI 2012/2089 reg 9"),
    bound("decision_by", same_as("published_on"), IN_A_YEAR),
)
OF_AN_AGENDA = (bound("published_on", PANEL),)
OF_A_VOTE = with_late_entries(bound("decided_on", BEFORE_THE_PANEL))
OF_A_DECISION = with_late_entries(bound("decided_on", LAST_VOTE))
OF_AN_APPROVAL = with_late_entries(bound("decision_published_on", DECISION), bound("decided_on", LAST_VOTE))
"""A decision is not published before it is taken, so that no call-in is over before it began."""
OF_AN_EXCEPTION = (bound("published_on", SUBMISSION, expected=BUSINESS_CASE),)
"""Of a general exception, and of a private meeting."""
OF_URGENCY = with_late_entries(bound("agreed_on", SUBMISSION), reference="reference")
OF_A_SHORTER_NOTICE = (bound("convened_on", PANEL),)
OF_A_RECORD = (bound("decided_on", BUSINESS_CASE),)
OF_CONDITIONS = (bound("conditions/*/due_on", TOMORROW, IN_TEN_YEARS),)
