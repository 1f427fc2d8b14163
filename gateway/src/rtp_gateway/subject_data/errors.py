"""The refusals of asking what is kept of a person."""

from rtp_shared.problems import NotFound


class NothingKeptOfThem(NotFound):
    title = "Nothing that is kept names such a person for whom you answer"
