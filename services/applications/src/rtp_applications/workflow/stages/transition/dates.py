"""Bounds of the dates of what must be in place before the transfer."""

from rtp_applications.workflow.bounds import TODAY, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import IN_TEN_YEARS, LONG_AGO, OPENING, SUBMISSION

OF_GOING_LIVE = (bound("on", TODAY, IN_TEN_YEARS),)
OF_THE_CONSULTATION = with_late_entries(
    bound("begun_on", SUBMISSION),
    bound("measures_letter_on", SUBMISSION),
    bound("ended_on", same_as("begun_on")),
)
OF_THE_INFORMATION = with_late_entries(bound("given_on", SUBMISSION))
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
