"""The refusals about the way to a sink."""

from rtp_shared.problems import FieldError, Invalid, Malformed, Unavailable


class SinkRefused(Invalid):
    title = "Events cannot be sent to this sink"

    def __init__(self, reason: str, *, field: str = "/sink") -> None:
        super().__init__(errors=[FieldError(field, reason)])
        self.reason = reason


class RateUnreadable(Malformed):
    title = "WebHook-Allowed-Rate must be a positive whole number, or *"


class QueuesUnavailable(Unavailable):
    title = "Subscribers' queues cannot be made or changed now, try again later"
