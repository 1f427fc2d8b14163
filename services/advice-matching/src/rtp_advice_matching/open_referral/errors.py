"""The refusals of the Open Referral endpoints."""

from rtp_shared.problems import NotFound


class NoSuchRecord(NotFound):
    title = "There is no such record"
