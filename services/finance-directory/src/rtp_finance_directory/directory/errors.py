"""The refusals of the directory."""

from rtp_shared.problems import Conflict, NotFound


class NoSuchProduct(NotFound):
    title = "There is no such finance product"


class NoSuchProductVersion(NotFound):
    title = "There is no such version of this finance product, or it was never published"


class NotInThatState(Conflict):
    title = "The product's publication does not allow it"


class HeldByOperator(Conflict):
    title = "The operator of the directory suspended this product, and alone can put it back"
