"""The refusals of this domain."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchCase(NotFound):
    title = "There is no such case, or you may not know of it"


class NoSuchBody(NotFound):
    title = "There is no such body"


class NotTheApplicant(Forbidden):
    title = "Only the system that opened the case acts for its staff group"


class NotADraft(Conflict):
    title = "The case is no longer a draft"


class CaseClosed(Conflict):
    title = "The case has ended"


class NotReadyToSubmit(Invalid):
    title = "The draft cannot be submitted yet"


class UnknownBody(Invalid):
    title = "A body named in the case is not known or has ended"
