"""Refusals about a case's history."""

from rtp_shared.problems import NotFound


class NotVisibleThen(NotFound):
    title = "The case did not exist then, or you could not see it yet"
