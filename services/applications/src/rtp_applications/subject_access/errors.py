"""The refusals about requests for access to one's data."""

from rtp_shared.problems import Conflict, NotFound


class NoSuchAccessRequest(NotFound):
    title = "There is no such request for access, or you may not know of it"


class AccessAnsweredAlready(Conflict):
    title = "The request for access was answered already"


class AccessExtendedAlready(Conflict):
    title = "The time for the answer was extended already"


class TooLateToExtend(Conflict):
    title = "The person must be told of an extension within a month of the request"
