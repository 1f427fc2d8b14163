"""The refusals about erasures."""

from rtp_shared.problems import Conflict, Forbidden, NotFound


class NoSuchPerson(NotFound):
    title = "No event names such a person"


class NoSuchErasure(NotFound):
    title = "There is no such erasure"


class SecondPersonNeeded(Conflict):
    title = "Whoever asked for an erasure cannot confirm it"


class AlreadyErased(Conflict):
    title = "This erasure was confirmed already"


class ErasureLapsed(Conflict):
    title = "This erasure was asked for too long ago; ask for it again"


class NotThatPerson(Forbidden):
    title = "A client that acts for itself is no person whom others could act for"
