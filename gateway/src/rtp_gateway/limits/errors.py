"""The refusals of limits. Their names are on the wire, in the type of a problem."""

from rtp_shared.problems import Refusal


class QuotaExceeded(Refusal):
    status, title = 429, "This client or its organisation asks more often than it may"
