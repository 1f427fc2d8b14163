"""The refusals about sessions, goals, feedback and follow-ups."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchSupportSession(NotFound):
    title = "There is no such session, or you may not know of it"


class NoSuchGoal(NotFound):
    title = "There is no such goal, or you may not know of it"


class NoSuchFollowUp(NotFound):
    title = "There is no such follow-up, or you may not know of it"


class NotTheRecorder(Forbidden):
    title = "Only the side that recorded the session changes it"


class SessionOutOfBounds(Invalid):
    title = "The day of the session lies outside of the engagement"


class EntitlementUsedUp(Conflict):
    title = "The staff group's entitlement does not last for that"


class FeedbackNotOpen(Conflict):
    title = "Feedback is given after the end of an engagement that had begun, within its time"


class FeedbackGiven(Conflict):
    title = "Your side has given its feedback before"


class FollowUpNotDue(Conflict):
    title = "The follow-up is not due, or was answered before"
