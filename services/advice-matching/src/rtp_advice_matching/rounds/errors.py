"""The refusals of matching rounds."""

from rtp_shared.problems import Conflict, Invalid, NotFound


class NoSuchRound(NotFound):
    title = "There is no such matching round, or you may not know of it"


class RoundCommitted(Conflict):
    title = "The matching round was committed before"


class RoundTooLarge(Invalid):
    title = "Too many pairs for the exact method"
