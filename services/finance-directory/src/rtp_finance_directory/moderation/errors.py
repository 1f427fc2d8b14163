"""The refusals of moderation."""

from rtp_shared.problems import Conflict


class NotInThatState(Conflict):
    title = "Its publication does not allow it"


class NotOfTheOperator(Conflict):
    title = "It did not come with the service: only its own keeper disposes of it"


class HeldByOperator(Conflict):
    title = "The operator of the directory suspended it, and alone can put it back"
