"""The refusals about subscriptions in FHIR."""

from collections.abc import Sequence

from rtp_shared.problems import Conflict, FieldError, Invalid, NotFound, Refusal


class CriteriaRefused(Invalid):
    title = "Events cannot be chosen by these criteria"

    def __init__(self, reason: str) -> None:
        super().__init__(errors=[FieldError("/criteria", reason)])


class ResourceRefused(Invalid):
    title = "This is not a Subscription that can be taken"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class NotInFhir(NotFound):
    title = "There is no such subscription, it is not yours, or FHIR cannot say it"


class NoSuchDefinition(NotFound):
    title = "There is no such definition here"


class NotAcceptable(Refusal):
    status, title = 406, "FHIR is answered in JSON alone"


class SubscriptionExists(Conflict):
    title = "A matching subscription exists already"
