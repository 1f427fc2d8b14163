"""The refusals about subscriptions."""

from collections.abc import Sequence

from rtp_gateway.ways import describe_offer
from rtp_shared.problems import Conflict, FieldError, Invalid, NotFound


class NoSuchSubscription(NotFound):
    title = "There is no such subscription, or it is not yours"


class SubscriptionEnded(Conflict):
    title = "The subscription has ended"


class CredentialRefused(Invalid):
    title = "This credential cannot be used"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(errors=[FieldError(f"/sinkcredential/{field}", reason)])


class FiltersRefused(Invalid):
    title = "Events cannot be chosen by these filters"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class AmqpNotOffered(Invalid):
    title = "AMQP is not offered here"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/protocol", describe_offer(queues=False))])


class NoSuchSource(Invalid):
    title = "There is no such publisher of events"

    def __init__(self, reason: str) -> None:
        super().__init__(errors=[FieldError("/source", reason)])


class NotWritten(Invalid):
    title = "This is not changed by writing it"


class ProtocolStays(Invalid):
    title = "A subscription keeps its protocol"

    @classmethod
    def at(cls, field: str) -> "ProtocolStays":
        return cls(errors=[FieldError(f"/{field}", "cannot be changed; make another subscription")])


class CannotResume(Conflict):
    title = "The subscription cannot be paused or resumed"


class TooManySubscriptions(Conflict):
    title = "There are too many subscriptions"


class NoSuchConsent(NotFound):
    title = "No subscription waits for this consent"
