"""Refusals of exports and of the feed of changes."""

from rtp_shared.problems import Invalid, Unavailable


class CursorOfAnotherPast(Invalid):
    title = "The cursor is of changes that this instance does not know: begin anew, without one"


class TooManyExports(Unavailable):
    title = "Enough exports are under way, try again later"
    headers = {"Retry-After": "30"}  # noqa: RUF012 - as its parent's
