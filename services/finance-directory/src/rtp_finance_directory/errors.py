"""The refusals of this domain."""

from rtp_shared.problems import NotFound


class NoSuchProduct(NotFound):
    title = "There is no such finance product"


class NoSuchShortlist(NotFound):
    title = "There is no shortlist for this case, or you may not know of it"
