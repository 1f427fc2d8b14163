"""The refusals about needs."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchNeed(NotFound):
    title = "There is no such need, or you may not know of it"


class NotForYouToEdit(Forbidden):
    title = "Only the system that opened the case edits the needs of its staff group"


class NeedExists(Conflict):
    title = "The staff group has this need on its list"


class NeedAtRest(Conflict):
    title = "The need rests by the course of the case"


class CaseHasEnded(Conflict):
    title = "The case has ended, and its needs with it"


class ReasonMissing(Invalid):
    title = "A need that is not needed has a reason, and no other need has one"
