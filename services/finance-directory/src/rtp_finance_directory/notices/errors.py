"""The refusals of notices."""

from rtp_shared.problems import NotFound


class NoSuchNotice(NotFound):
    title = "There is no such contracting process"
