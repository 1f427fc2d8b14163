"""The refusals of the directory."""

from rtp_shared.problems import NotFound


class NoSuchProduct(NotFound):
    title = "There is no such finance product"


class NoSuchProductVersion(NotFound):
    title = "There is no such version of this finance product, or it was never published"
