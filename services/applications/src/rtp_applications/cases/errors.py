"""Refusals about cases."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchCase(NotFound):
    title = "There is no such case, or you may not know of it"


class NoSuchSuccessor(Invalid):
    title = "The case that would take this one's place is not one that can"


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
