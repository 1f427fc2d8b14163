"""What a journey is told with: the clients of the sandbox, the days that pass, and what was seen of the case."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TextIO

import httpx

from rtp_embedded.demo import Receiver
from rtp_embedded.journeys.stage import Stage
from rtp_embedded.journeys.wire import AccessToken, Case, StoryFailed, answered, pages
from rtp_shared.clock import LONDON

ONE_DAY = timedelta(days=1)
SATURDAY = 5
MORNING = time(9, tzinfo=LONDON)


@dataclass(frozen=True)
class Told:
    """A case of the story, and its events as the staff group's client saw them."""

    title: str
    events: Sequence[dict[str, Any]]
    hidden: int
    """So many of the first were for that client alone."""


@dataclass
class Story:
    stage: Stage
    out: TextIO
    told: list[Told] = field(default_factory=list)
    _clients: dict[str, httpx.Client] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    @classmethod
    @contextmanager
    def beginning(cls, stage: Stage, on: date, out: TextIO) -> Iterator["Story"]:
        stage.set_clock(datetime.combine(on, MORNING))
        story = cls(stage, out)
        with story._open:
            yield story

    def client(self, client_id: str) -> httpx.Client:
        """A system of some organisation, with a token of its own."""
        if client_id not in self._clients:
            token = AccessToken(self.stage.url, client_id, self.stage.secrets[client_id])
            made = httpx.Client(base_url=self.stage.url, timeout=30, auth=token)
            self._clients[client_id] = self._open.enter_context(made)
        return self._clients[client_id]

    def stranger(self) -> httpx.Client:
        """Anybody, without a token."""
        return self._open.enter_context(httpx.Client(base_url=self.stage.url, timeout=30))

    def subscribes(self, client_id: str) -> Receiver:
        """A receiver of webhooks, which checks every signature, and the subscription of its owner."""
        receiver = self._open.enter_context(Receiver().running())
        made = answered(self.client(client_id).post("/v1/subscriptions", json={"sink": receiver.url}))
        receiver.secret = made["secret"]
        self.tell(f"{client_id} subscribes to events, with its receiver at {receiver.url}")
        return receiver

    @property
    def today(self) -> date:
        return self.stage.now().astimezone(LONDON).date()

    def wait_until(self, day: date, why: str) -> None:
        """Days pass, and the platform's clocks run: it reminds, notes what was missed, and acts on what has ended."""
        self.stage.pass_until(datetime.combine(day, MORNING))
        self.tell(f"... {why}")

    def wait_days(self, number: int, why: str) -> None:
        """So many days, and from a weekend on to the Monday."""
        self.wait_until(_not_at_a_weekend(self.today + number * ONE_DAY), why)

    def wait_past(self, last_day: date, why: str) -> None:
        """Until the last day of a time is over."""
        self.wait_until(_not_at_a_weekend(last_day + ONE_DAY), why)

    def settle(self) -> None:
        """What was done so far has reached everybody whom it concerns."""
        self.stage.settle()

    def chapter(self, title: str) -> None:
        self.out.write(f"\n{title}\n")

    def tell(self, line: str) -> None:
        self.out.write(f"  {self.today:%d %b %Y}  {line}\n")
        self.out.flush()

    @staticmethod
    def must(holds: object, otherwise: str) -> None:
        if not holds:
            raise StoryFailed(otherwise)

    def ends(
        self,
        case: Case,
        *,
        events: Sequence[str],
        group: str,
        others: Sequence[str] = (),
        webhooks: Sequence[Receiver] = (),
        strangers: Sequence[str] = (),
    ) -> None:
        """The history holds, and everybody saw exactly the events that are theirs, in order.

        `events` are those that the staff group's client sees; `others` see what there is from the submission on, and
        so do webhooks; `strangers` see nothing.
        """
        self.chapter("What was told to whom")
        self.settle()
        disclosed = events[events.index(DISCLOSURE) :] if DISCLOSURE in events else events if others else []
        own = self.feed(group, case)
        _must_be(events, own, f"the feed of {group}")
        for client_id in others:
            _must_be(disclosed, self.feed(client_id, case), f"the feed of {client_id}")
        for receiver in webhooks:
            received = [event for event in receiver.events.queue if event["caseid"] == case.id]
            _must_be(disclosed, received, "a webhook")
        for client_id in strangers:
            _must_be([], self.feed(client_id, case), f"the feed of {client_id}")
        hidden = len(own) - len(disclosed)
        self.told.append(Told(f"{case.number}, {case.status}", own, hidden))
        self.tell(f"{len(own)} events, as expected and in order; {hidden} of them for {group} alone")
        self._history_holds(case, (group, *others))

    def feed(self, client_id: str, case: Case) -> list[dict[str, Any]]:
        """The events of the case in the feed of a client."""
        return [event for event in pages(self.client(client_id), "/v1/events") if event["caseid"] == case.id]

    def _history_holds(self, case: Case, client_ids: Sequence[str]) -> None:
        for client_id in client_ids:
            verdict = answered(self.client(client_id).get(f"{case.path}/history/verify"))
            self.must(verdict["holds"], otherwise=f"to {client_id} the history does not hold: {verdict['faults']}")
        self.tell(f"the history holds: {verdict['length']} entries, each chained to the one before")


def _not_at_a_weekend(day: date) -> date:
    return day if day.weekday() < SATURDAY else _not_at_a_weekend(day + ONE_DAY)


DISCLOSURE = "case-submitted"


def name_of(event: dict[str, Any]) -> str:
    """`case-submitted`, of `org.righttoprovide.applications.case-submitted.v1`."""
    return str(event["type"]).split(".")[3]


def _must_be(expected: Sequence[str], seen: Sequence[dict[str, Any]], where: str) -> None:
    names = [name_of(event) for event in seen]
    if names == list(expected):
        return
    at = next((n for n, (one, other) in enumerate(zip(expected, names, strict=False)) if one != other), None)
    at = min(len(expected), len(names)) if at is None else at
    wanted, found = (each[at] if at < len(each) else "nothing" for each in (expected, names))
    raise StoryFailed(f"{where}: event {at + 1} is {found}, not {wanted}; seen: {' '.join(names)}")
