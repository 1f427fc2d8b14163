"""Refusals about cases."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchCase(NotFound):
    title = "There is no such case, or you may not know of it"


class NoSuchSuccessor(Invalid):
    title = "The case that would take this one's place is not one that can"


class NotAnEarlierCase(Invalid):
    title = "The case that is named as the one before this one is not one that can be"


class SeveralEmployers(Invalid):
    title = "The process of this case knows no further employers"


class NotTheApplicant(Forbidden):
    title = "Only the staff group does that, through the client that opened its case"


class NotADraft(Conflict):
    title = "The case is no longer a draft"


class RouteIsClosed(Invalid):
    title = "The route takes no new cases"


class WouldDisclose(Conflict):
    title = "A body that the case names must not learn of a draft; it is disclosed by submitting it"


class CaseIsReadOnly(Conflict):
    title = "The case is a record of the past, which nobody changes"


class KnownAlready(Conflict):
    title = "This instance knows the case already"


class CaseIsDisposed(Conflict):
    title = "The time of keeping the case is over: what was said in it is destroyed, and nothing is added"
