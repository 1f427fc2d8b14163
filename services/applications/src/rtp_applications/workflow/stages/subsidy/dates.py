"""Bounds of the dates of subsidies."""

from datetime import date

from rtp_applications.workflow.bounds import Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import IN_A_YEAR, IN_TEN_YEARS, LONG_AGO, OPENING
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.subsidy.payloads import (
    AssistanceConfirmation,
    AssistanceNotification,
    GivenAssistance,
)


def _find_notification(step: Step) -> date | None:
    found = step.snapshot.find(AssistanceNotification, step.payload.reference)
    return found.notified_on if found else None


def _find_confirmation(step: Step) -> date | None:
    found = step.snapshot.find(AssistanceConfirmation, step.payload.reference)
    return found.confirmed_on if found else None


def _find_gift(step: Step) -> date | None:
    found = step.snapshot.find(GivenAssistance, step.payload.reference)
    return found.given_on if found else None


NOTIFICATION = Limit("the notification of the subsidy", _find_notification)
GIFT = Limit("the day on which the subsidy was given", _find_gift)
CONFIRMATION = Limit("the enterprise's confirmation", _find_confirmation)
OF_AN_ENTRY = (bound("given_on", LONG_AGO, timely=False), bound("transferred_on", LONG_AGO, IN_TEN_YEARS))
OF_A_NOTIFICATION = with_late_entries(
    bound("notified_on", OPENING), bound("give_on", same_as("notified_on"), IN_TEN_YEARS)
)
OF_A_CONFIRMATION = with_late_entries(
    bound("confirmed_on", NOTIFICATION, law="Subsidy Control Act 2022 ss.37(2), 39(2)")
)
OF_THE_GIFT = with_late_entries(
    bound("given_on", CONFIRMATION, law="Subsidy Control Act 2022 ss.37(3), 39(3)"),
    bound("tax_declared_on", CONFIRMATION, IN_A_YEAR),
)
OF_A_DATABASE_ENTRY = with_late_entries(bound("entered_on", GIFT, law="Subsidy Control Act 2022 s.33(3)"))
