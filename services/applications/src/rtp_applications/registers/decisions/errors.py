"""Refusals about the register of decisions."""

from rtp_shared.problems import NotFound


class NoSuchDecision(NotFound):
    title = "There is no such decision in the register"
