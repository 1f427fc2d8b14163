"""A certificate in parts, one for each request and one for all: it may be of any size, and a request be withheld."""

from collections.abc import Iterable
from dataclasses import dataclass

from rtp_advice_matching.rounds.rules.snapshot import Json, hash_content


@dataclass(frozen=True, slots=True)
class RequestPart:
    """What a certificate holds of one request."""

    request: Json
    listed: list[list[int]]
    answer: Json

    def withhold(self) -> "RequestPart":
        """Return what stays of the request in a certificate when it is erased: its hash, and the place that it takes.

        So much is needed to check all others.
        """
        chosen = self.answer["chosen"] and {"adviser": self.answer["chosen"]["adviser"]}
        request = {"withheld": hash_content(self.request), "weeksWaited": self.request["weeksWaited"]}
        own = [each for each in self.listed if chosen and each[0] == chosen["adviser"]]
        return RequestPart(request, own, {"chosen": chosen, "listed": bool(self.listed)})


@dataclass(frozen=True, slots=True)
class Parts:
    """A certificate in parts."""

    whole: Json
    """What it says of the round, with neither requests nor lists nor answers."""
    requests: Iterable[RequestPart]
    """In the order of the round, and made as they are asked for."""

    def join(self) -> Json:
        """Put the certificate together."""
        parts = list(self.requests)
        return {
            **self.whole,
            "input": {**self.whole["input"], "requests": [each.request for each in parts]},
            "lists": [each.listed for each in parts],
            "answers": [each.answer for each in parts],
        }
