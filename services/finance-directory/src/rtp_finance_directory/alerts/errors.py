"""The refusals about saved searches."""

from rtp_shared.problems import Conflict, NotFound


class NoSuchSavedSearch(NotFound):
    title = "There is no such saved search"


class TooManySavedSearches(Conflict):
    title = "Your client has saved as many searches as one may"
