"""The refusals of the feed."""

from collections.abc import Mapping

from rtp_shared.problems import Refusal, Unavailable


class ClientSlotsTaken(Refusal):
    status, title = 429, "This client waits for events too many times at once"
    headers: Mapping[str, str] = {"Retry-After": "5"}


class AllSlotsTaken(Unavailable):
    title = "Too many wait for events here, try again later"
    headers: Mapping[str, str] = {"Retry-After": "5"}
