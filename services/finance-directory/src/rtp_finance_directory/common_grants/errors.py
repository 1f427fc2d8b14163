"""The refusals of the CommonGrants view, with the members that its protocol has besides ours."""

from rtp_shared.problems import NotFound


class NoSuchOpportunity(NotFound):
    title = "There is no such opportunity"

    def __init__(self) -> None:
        super().__init__(extra={"message": self.title, "errors": []})
