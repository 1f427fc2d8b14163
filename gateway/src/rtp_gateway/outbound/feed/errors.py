"""The refusals of the feed. Their names are on the wire, in the type of a problem."""

from collections.abc import Mapping

from rtp_shared.problems import Refusal, Unavailable


class TooManyReaders(Refusal):
    status, title = 429, "This client waits for events too many times at once"
    headers: Mapping[str, str] = {"Retry-After": "5"}


class RoomFull(Unavailable):
    title = "Too many wait for events here, try again later"
    headers: Mapping[str, str] = {"Retry-After": "5"}
