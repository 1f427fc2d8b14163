"""Refusals about bundles."""

from rtp_shared.problems import Invalid, Unavailable


class NoBundleKey(Unavailable):
    title = "This instance has no key to sign bundles with"


class NotToBeTakenIn(Invalid):
    """`faults` has every fault that was found."""

    title = "The bundle cannot be taken in"
