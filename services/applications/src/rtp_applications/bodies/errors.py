"""Refusals about public bodies."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchBody(NotFound):
    title = "There is no such body"


class UnknownBody(Invalid):
    title = "A body that is named is not known or has ended"


class NotAnOverseer(Forbidden):
    title = "Only a client with the scope cases:oversee may do that"


class NotYourBody(Forbidden):
    title = "A client sets the rules of its own organisation only"


class IdentifierTaken(Conflict):
    title = "Another body holds that identifier"


class BodyHasEnded(Conflict):
    title = "The body has ended"


class NoSuccessorThen(Conflict):
    title = "The successor does not exist on that day"


class SuccessorsInACircle(Conflict):
    title = "The successor leads back to the body itself"


class PastRuleStands(Conflict):
    title = "What held on a day that has begun is not changed"


class RulePlannedAlready(Conflict):
    title = "A later period of this rule has been set"
