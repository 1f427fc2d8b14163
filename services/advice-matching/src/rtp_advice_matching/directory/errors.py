"""The refusals of the directory."""

from rtp_shared.problems import Conflict, NotFound


class NoSuchAdviser(NotFound):
    title = "There is no such adviser"


class AdviserHasLeft(Conflict):
    title = "The adviser no longer takes part"


class AdviserNotIndependent(Conflict):
    title = "The adviser has declared a conflict of interest since"


class NoPlaceLeft(Conflict):
    title = "The adviser has no free place any more"
