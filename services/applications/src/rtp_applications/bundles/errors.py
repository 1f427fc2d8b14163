"""Refusals about bundles."""

from rtp_shared.problems import Conflict, Invalid, Unavailable


class NoBundleKey(Unavailable):
    title = "This instance has no key to sign bundles with"


class NoHistoryYet(Conflict):
    title = "You may read nothing of its history before it is submitted, so there is nothing to take away"


class NotToBeTakenIn(Invalid):
    """`faults` has every fault that was found."""

    title = "The bundle cannot be taken in"
