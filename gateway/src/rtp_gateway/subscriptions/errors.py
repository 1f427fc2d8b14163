"""The refusals about subscriptions."""

from rtp_shared.problems import Conflict, FieldError, Invalid, NotFound


class NoSuchSubscription(NotFound):
    title = "There is no such subscription, or it is not yours"


class SubscriptionEnded(Conflict):
    title = "The subscription has ended"


class SinkRefused(Invalid):
    title = "Events cannot be sent to this sink"

    def __init__(self, reason: str) -> None:
        super().__init__(errors=[FieldError("/sink", reason)])
        self.reason = reason
