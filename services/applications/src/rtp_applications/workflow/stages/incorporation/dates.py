"""Bounds of the days on which the mutual was registered and its finance committed."""

from rtp_applications.workflow.bounds import bound, with_late_entries
from rtp_applications.workflow.common.limits import LONG_AGO, OPENING

OF_THE_REGISTRATION = (bound("registered_on", LONG_AGO, timely=False),)
OF_THE_COMMITMENT = with_late_entries(bound("committed_on", OPENING), reference="reference")
