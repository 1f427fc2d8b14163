"""Bounds the questions asked outside for one client at once: of name servers for its sinks, of sinks for consent."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rtp_shared.problems import Refusal

PER_CLIENT = 4


class TooManyQuestions(Refusal):
    status, title = 429, "Too many sinks of this client are being asked at once"
    headers: Mapping[str, str] = {"Retry-After": "5"}


class QuestionLimiter:
    """Counts the questions of a process that are under way. Whoever is slow to answer keeps only its own client out."""

    def __init__(self, *, per_client: int = PER_CLIENT) -> None:
        self._per_client = per_client
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def take_turn(self, client_id: str) -> Iterator[None]:
        """Ask within the block; raise TooManyQuestions if the client has as many asked already."""
        if self._under_way[client_id] >= self._per_client:
            raise TooManyQuestions(f"at most {self._per_client} at once")
        self._under_way[client_id] += 1
        try:
            yield
        finally:
            self._under_way -= Counter([client_id])
