"""Bounds of the dates of what must be in place before the transfer."""

from datetime import date, timedelta

from rtp_applications.workflow.bounds import TODAY, Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import IN_TEN_YEARS, LONG_AGO, OPENING, SUBMISSION, TWO_YEARS_BEFORE
from rtp_applications.workflow.definition import Step

OLDEST_INFORMATION = timedelta(days=14)


def _find_oldest_information(step: Step) -> date:
    given: date = step.payload.given_on
    return given - OLDEST_INFORMATION


FRESH = Limit("the day 14 days before givenOn", _find_oldest_information)
OF_GOING_LIVE = (bound("on", TODAY, IN_TEN_YEARS),)
OF_THE_CONSULTATION = with_late_entries(
    bound("begun_on", TWO_YEARS_BEFORE, expected=SUBMISSION),
    bound("informed_on", TWO_YEARS_BEFORE, expected=SUBMISSION),
    bound("measures_letter_on", TWO_YEARS_BEFORE, expected=SUBMISSION),
    bound("ended_on", same_as("begun_on")),
)
"""An employer may have begun before it had the case: the true day is taken, with its document."""
OF_THE_ELECTION = with_late_entries(
    bound("invited_on", TWO_YEARS_BEFORE, expected=SUBMISSION), bound("held_on", same_as("invited_on"))
)
OF_THE_MEASURES_LETTER = with_late_entries(bound("sent_on", TWO_YEARS_BEFORE, expected=SUBMISSION))
OF_THE_INFORMATION = with_late_entries(
    bound("given_on", TWO_YEARS_BEFORE, expected=SUBMISSION),
    bound("as_at", FRESH, same_as("given_on"), law="TUPE reg 11(3)"),
)
OF_THE_TRANSFER = with_late_entries(bound("on", SUBMISSION))
OF_THE_SNAPSHOT = with_late_entries(bound("taken_on", OPENING))
OF_A_SIGNATURE = with_late_entries(bound("signed_on", SUBMISSION))
OF_LEASES_AND_SERVICES = with_late_entries(
    bound("leases_signed_on", SUBMISSION), bound("services_agreed_on", SUBMISSION)
)
OF_A_COVER = (
    bound("valid_from", OPENING, IN_TEN_YEARS),
    bound("valid_to", same_as("valid_from"), IN_TEN_YEARS),
)
OF_A_REGISTRATION = (bound("registered_on", LONG_AGO, timely=False),)
