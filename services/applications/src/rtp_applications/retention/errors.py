"""The refusals about how long a case is kept."""

from rtp_shared.problems import Conflict, Forbidden, NotFound


class NoSuchHold(NotFound):
    title = "There is no such legal hold, or you may not know of it"


class NotYoursToHold(Forbidden):
    title = "Only officers of the case's bodies and the central team put a case on hold"


class HoldIsLifted(Conflict):
    title = "This legal hold is lifted already"
