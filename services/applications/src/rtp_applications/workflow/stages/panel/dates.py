"""Bounds of the dates of notices, agendas and decisions."""

from datetime import date, timedelta

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import TOMORROW, Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import IN_A_YEAR, IN_TEN_YEARS, SUBMISSION
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.stages.panel.payloads import Vote

A_WEEK = timedelta(days=7)


def _find_business_case_submission(step: Step) -> date | None:
    checked = step.snapshot.find_deadline("completeness")
    return civil_date(checked.started_at) if checked else SUBMISSION.find(step)


def _find_first_appointment(step: Step) -> date | None:
    members = (each for each in step.snapshot.parties.values() if each.role is Role.PANEL_MEMBER)
    return min((each.valid_from for each in members), default=_find_business_case_submission(step))


def _find_last_vote(step: Step) -> date | None:
    cast = (civil_date(vote.signed[-1].at) for _, vote in step.snapshot.list_payloads(Vote))
    return max(cast, default=step.today - A_WEEK)


BUSINESS_CASE = Limit("the day on which the business case was submitted", _find_business_case_submission)
PANEL = Limit(
    "the day on which the panel was first appointed, or without a panel the business case was submitted",
    _find_first_appointment,
)
LAST_VOTE = Limit("the day of the panel's last vote, or where nobody votes a week before today", _find_last_vote)

OF_A_KEY_DECISION = (
    bound("published_on", SUBMISSION, expected=BUSINESS_CASE, law="SI 2012/2089 reg 9"),
    bound("decision_by", same_as("published_on"), IN_A_YEAR),
)
OF_AN_AGENDA = (bound("published_on", PANEL),)
OF_AN_APPROVAL = with_late_entries(bound("decision_published_on", LAST_VOTE))
"""A decision is not published before it is taken, so that no call-in is over before it began."""
OF_AN_EXCEPTION = (bound("published_on", SUBMISSION, expected=BUSINESS_CASE),)
"""Of a general exception, and of a private meeting."""
OF_URGENCY = with_late_entries(bound("agreed_on", SUBMISSION), reference="reference")
OF_A_SHORTER_NOTICE = (bound("convened_on", PANEL),)
OF_A_RECORD = (bound("decided_on", BUSINESS_CASE),)
OF_CONDITIONS = (bound("conditions/*/due_on", TOMORROW, IN_TEN_YEARS),)
