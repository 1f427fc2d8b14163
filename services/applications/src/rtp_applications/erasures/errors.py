"""The refusals about erasing a person."""

from rtp_shared.problems import Conflict, NotFound


class NoSuchPersonalErasure(NotFound):
    title = "There is no such erasure, or you may not know of it"


class NobodyVouchedFor(NotFound):
    title = "No case names such a person for whom you answer"


class StillHasAPart(Conflict):
    title = "The person still has a part in a case that goes on; end it first"


class AllIsHeld(Conflict):
    title = "Every case that names the person is on legal hold"
