"""The refusals about support requests."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchSupportRequest(NotFound):
    title = "There is no such support request, or you may not know of it"


class NotForYouToAccept(Forbidden):
    title = "Only the system that opened the case acts for its staff group"


class AdviserNotProposed(Invalid):
    title = "This adviser is not among the proposals"


class SupportAlreadyAgreed(Conflict):
    title = "The staff group has agreed on an adviser before"


class SupportRequestClosed(Conflict):
    title = "The support request is closed"


class OfferWaits(Conflict):
    title = "An offer to an adviser waits for its answer"
