"""Refusals about the register of barriers."""

from rtp_shared.problems import Conflict, Forbidden, NotFound


class NoSuchBarrier(NotFound):
    title = "There is no such barrier, or you may not know of it"


class NotTheReportingSide(Forbidden):
    title = "Only the staff group, its representative or its adviser does that"


class NotTheAnsweringSide(Forbidden):
    title = "Only the body that can remove it, or an officer in the case, answers"


class ABodyVouches(Forbidden):
    title = "A body of the case vouches for you, and would know: report it openly"


class NothingToDisclose(Conflict):
    title = "In a draft nothing can be disclosed; submit the case first"


class DisclosedAlready(Conflict):
    title = "The barrier is disclosed already"


class NotDisclosed(Conflict):
    title = "The barrier is not disclosed, so that nobody can answer it"


class BarrierHasClosed(Conflict):
    title = "The barrier is closed"

    @classmethod
    def slug(cls) -> str:
        """Return the type that clients know: the class's name is not the event's, which is `BarrierClosed`."""
        return "barrier-closed"
