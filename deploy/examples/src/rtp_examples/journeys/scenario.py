"""A scenario: the clients of the sandbox on a platform whose days pass at once, and checks of what each client saw."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TextIO

import httpx

from rtp_examples.journeys.api import AccessToken, Case, ScenarioFailed, iterate_items, read_json
from rtp_examples.journeys.temporary_platform import TemporaryPlatform
from rtp_examples.receiver import JsonObject, Receiver
from rtp_shared.clock import LONDON

ONE_DAY = timedelta(days=1)
SATURDAY = 5
MORNING = time(9, tzinfo=LONDON)


@dataclass(frozen=True)
class FinishedCase:
    """A case of the scenario, and its events as the staff group's client saw them."""

    title: str
    events: Sequence[JsonObject]
    hidden: int
    """The number of events, from the first on, that were for that client alone."""


@dataclass
class Scenario:
    """A journey while it runs: each thing done is printed with its day."""

    platform: TemporaryPlatform
    out: TextIO
    finished: list[FinishedCase] = field(default_factory=list)
    _clients: dict[str, httpx.Client] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    @classmethod
    @contextmanager
    def begin(cls, platform: TemporaryPlatform, on: date, out: TextIO) -> Iterator["Scenario"]:
        platform.set_clock(datetime.combine(on, MORNING))
        scenario = cls(platform, out)
        with scenario._open:
            yield scenario

    def open_client(self, client_id: str) -> httpx.Client:
        """Return the system of some organisation, with a token of its own."""
        if client_id not in self._clients:
            token = AccessToken(self.platform.url, client_id, self.platform.secrets[client_id])
            made = httpx.Client(base_url=self.platform.url, timeout=30, auth=token)
            self._clients[client_id] = self._open.enter_context(made)
        return self._clients[client_id]

    def open_anonymous_client(self) -> httpx.Client:
        """Return a client of anybody's, without a token."""
        return self._open.enter_context(httpx.Client(base_url=self.platform.url, timeout=30))

    def subscribe(self, client_id: str) -> Receiver:
        """Start a receiver of webhooks, which checks every signature, and subscribe its owner."""
        receiver = self._open.enter_context(Receiver().run())
        made = read_json(self.open_client(client_id).post("/v1/subscriptions", json={"sink": receiver.url}))
        receiver.secret = made["secret"]
        self.say(f"{client_id} subscribes to events, with its receiver at {receiver.url}")
        return receiver

    @property
    def today(self) -> date:
        return self.platform.now().astimezone(LONDON).date()

    def wait_until(self, day: date, why: str) -> None:
        """Let days pass: the platform reminds, notes deadlines that were missed, and acts on those that have ended."""
        self.platform.pass_until(datetime.combine(day, MORNING))
        self.say(f"... {why}")

    def wait_days(self, number: int, why: str) -> None:
        """Let so many days pass, and from a weekend on to the Monday."""
        self.wait_until(_skip_weekend(self.today + number * ONE_DAY), why)

    def wait_past(self, last_day: date, why: str) -> None:
        """Let days pass until the last day of a time is over."""
        self.wait_until(_skip_weekend(last_day + ONE_DAY), why)

    def drain_events(self) -> None:
        """Deliver the events of all that was done so far to everybody whom they concern."""
        self.platform.drain_events()

    def begin_step(self, title: str) -> None:
        self.out.write(f"\n{title}\n")

    def say(self, line: str) -> None:
        self.out.write(f"  {self.today:%d %b %Y}  {line}\n")
        self.out.flush()

    @staticmethod
    def require(holds: object, otherwise: str) -> None:
        if not holds:
            raise ScenarioFailed(otherwise)

    def check_end(
        self,
        case: Case,
        *,
        events: Sequence[str],
        group: str,
        others: Sequence[str] = (),
        webhooks: Sequence[Receiver] = (),
        strangers: Sequence[str] = (),
    ) -> None:
        """Check that the history holds, and that everybody saw exactly the events that are theirs, in order.

        `events` are those that the staff group's client sees; `others` see what there is from the submission on, and
        so do webhooks; `strangers` see nothing. Advisers are proposed anew as the case moves on, which is told besides:
        only the first time has its place among these.
        """
        self.begin_step("What was told to whom")
        self.drain_events()
        disclosed = events[events.index(DISCLOSURE) :] if DISCLOSURE in events else events if others else []
        own = self.read_feed(group, case)
        _compare_events(events, own, f"the feed of {group}")
        for client_id in others:
            _compare_events(disclosed, self.read_feed(client_id, case), f"the feed of {client_id}")
        for receiver in webhooks:
            received = [event for event in receiver.events.queue if event.get("caseid") == case.id]
            _compare_events(disclosed, received, "a webhook")
        for client_id in strangers:
            _compare_events([], self.read_feed(client_id, case), f"the feed of {client_id}")
        hidden = len(events) - len(disclosed)
        self.finished.append(FinishedCase(f"{case.number}, {case.status}", own, hidden))
        self.say(f"{len(own)} events, as expected and in order; {hidden} of them for {group} alone")
        self._check_history(case, (group, *others))

    def read_feed(self, client_id: str, case: Case) -> list[JsonObject]:
        """Return the events of the case in the feed of a client."""
        return [
            event
            for event in iterate_items(self.open_client(client_id), "/v1/events")
            if event.get("caseid") == case.id
        ]

    def _check_history(self, case: Case, client_ids: Sequence[str]) -> None:
        lengths = []
        for client_id in client_ids:
            verdict = read_json(self.open_client(client_id).get(f"{case.path}/history/verify"))
            self.require(verdict["holds"], otherwise=f"to {client_id} the history does not hold: {verdict['faults']}")
            lengths.append(f"{client_id} follows {sum(chain['length'] for chain in verdict['chains'])}")
        self.say(f"the history holds, each entry chained to the one before: {', '.join(lengths)}")


def _skip_weekend(day: date) -> date:
    return day if day.weekday() < SATURDAY else _skip_weekend(day + ONE_DAY)


DISCLOSURE = "case-submitted"
PROPOSAL = "support-proposed"


def get_event_name(event: JsonObject) -> str:
    """Return `case-submitted` of `org.righttoprovide.applications.case-submitted.v1`."""
    return str(event["type"]).split(".")[3]


def _leave_out_later_proposals(names: list[str]) -> list[str]:
    first = names.index(PROPOSAL) + 1 if PROPOSAL in names else len(names)
    return [*names[:first], *(name for name in names[first:] if name != PROPOSAL)]


def _compare_events(expected: Sequence[str], seen: Sequence[JsonObject], where: str) -> None:
    names = _leave_out_later_proposals([get_event_name(event) for event in seen])
    if names == list(expected):
        return
    at = next((n for n, (one, other) in enumerate(zip(expected, names, strict=False)) if one != other), None)
    at = min(len(expected), len(names)) if at is None else at
    wanted, found = (each[at] if at < len(each) else "nothing" for each in (expected, names))
    raise ScenarioFailed(f"{where}: event {at + 1} is {found}, not {wanted}; seen: {' '.join(names)}")
