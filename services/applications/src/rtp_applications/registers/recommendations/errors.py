"""Refusals about the register of recommendations."""

from rtp_shared.problems import Conflict, NotFound


class NoSuchRecommendation(NotFound):
    title = "There is no such recommendation"


class NothingToReportOn(Conflict):
    title = "The text of this recommendation was not recovered"
