"""The refusals about shortlists."""

from rtp_shared.problems import NotFound


class NoSuchShortlist(NotFound):
    title = "There is no shortlist for this case, or you may not know of it"
