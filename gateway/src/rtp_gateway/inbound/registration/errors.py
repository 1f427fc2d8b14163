"""The refusals about managing clients."""

from rtp_shared.problems import Conflict, Forbidden, NotFound


class NoSuchClient(NotFound):
    title = "This organisation has no such client"


class ClientIdTaken(Conflict):
    title = "There is a client of this id already"


class BeyondItsManager(Forbidden):
    title = "A client that may more than its manager is managed by others"


class ManagesNoMore(Forbidden):
    title = "This client manages others no more"


class ClientDeactivated(Conflict):
    title = "This client is deactivated: activate it first"


class ClientActive(Conflict):
    title = "This client is active already"


class TooManyClients(Conflict):
    title = "This organisation has as many clients as it can have"


class NotThisPerson(Forbidden):
    title = "A client that acts for itself is no person whom another client acts for"
