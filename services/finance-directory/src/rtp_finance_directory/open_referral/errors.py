"""The refusals of the Open Referral view."""

from rtp_shared.problems import NotFound


class NoSuchFinanceRecord(NotFound):
    title = "There is no such record"
