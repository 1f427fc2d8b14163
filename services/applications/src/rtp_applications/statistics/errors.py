"""Refusals of statistics."""

from rtp_shared.problems import NotFound


class NoSuchRelease(NotFound):
    title = "No statistics were published for that month"
