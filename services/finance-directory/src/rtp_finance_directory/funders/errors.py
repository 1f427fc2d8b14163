"""The refusals about funders and their programmes."""

from rtp_shared.problems import NotFound


class NoSuchFunder(NotFound):
    title = "There is no such funder"


class NoSuchProgramme(NotFound):
    title = "There is no such programme"


class NoSuchEntryVersion(NotFound):
    title = "There is no such version of it, or it was never published"
