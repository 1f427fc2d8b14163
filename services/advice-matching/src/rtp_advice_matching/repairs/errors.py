"""The refusals of repairs."""

from rtp_shared.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchRepair(NotFound):
    title = "There is no such repair, or you may not know of it"


class NoSuchOverride(NotFound):
    title = "There is no such override, or you may not know of it"


class NotOfTheRound(Invalid):
    title = "The round knows nothing of it"


class RepairCommitted(Conflict):
    title = "The repair was committed before"


class RoundNotCommitted(Conflict):
    title = "The round of this repair was not committed yet"


class RepairOutdated(Conflict):
    title = "Something has changed since the repair was worked out"


class OverrideEnded(Conflict):
    title = "The override was confirmed or withdrawn before"


class PairNotPossible(Conflict):
    title = "These two may not be a pair"


class NotThatPerson(Forbidden):
    title = "A client that acts for itself is no person whom others could act for"


class ProposerCannotConfirm(Forbidden):
    title = "Somebody else than the person who proposed it must confirm it"


class PersonStillNeeded(Conflict):
    title = "A pair that the person proposed waits for its second person"
