"""Reasons for which an action is refused."""

from collections.abc import Sequence

from rtp_shared.problems import Conflict, FieldError, Forbidden, Invalid, NotFound


class NoSuchAction(NotFound):
    title = "The process of this case has no such action"


class NotFromHere(Conflict):
    title = "The case's status does not allow it"


class NotYourRole(Forbidden):
    title = "It takes another role, or another person, to do that"


class NothingGiven(Invalid):
    title = "The action takes what was not given"


class GuardsNotMet(Invalid):
    """`guards` names each guard that does not hold, why, and the condition itself, with its provision where there is
    one.
    """

    title = "Some conditions of the action are not met"

    def __init__(self, unmet: Sequence[tuple[str, str, FieldError]]) -> None:
        super().__init__(
            "; ".join(wanting.reason for *_, wanting in unmet)[:500],
            errors=[wanting for *_, wanting in unmet],
            extra={
                "guards": [
                    {"guard": guard, "reason": wanting.reason, "condition": condition}
                    for guard, condition, wanting in unmet
                ]
            },
        )


class NoSuchProcess(NotFound):
    title = "There is no such process, or not in that version"
