"""The refusals of traces."""

from rtp_shared.problems import NotFound


class NoSuchTrace(NotFound):
    title = "Nothing that you may see has this correlation id"
