"""The refusals about deliveries."""

from rtp_shared.problems import Conflict, Invalid, NotFound


class NoSuchDelivery(NotFound):
    title = "No such event was made for this subscription"


class NotADeadLetter(Conflict):
    title = "The event is not a dead letter"


class TooMuchToReplay(Invalid):
    title = "That is more than is sent again at once"
