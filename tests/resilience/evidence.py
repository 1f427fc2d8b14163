"""Compares what was committed with what subscribers received: the row of one scenario."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rtp_shared.contracts.events import compute_digest
from rtp_shared.contracts.gateway import SubscriptionTested
from tests.resilience.subscribers import Receipt, Subscriber

Key = tuple[str, str]
"""Source and id: what makes an event the same one (CloudEvents 1.0.2)."""


@dataclass(frozen=True, slots=True)
class Committed:
    """An event as its publisher's outbox holds it."""

    body: bytes
    readers: list[str]
    at: float
    """The time at which its transaction began, in seconds since the epoch; so delays are rather too long."""
    attributes: Mapping[str, Any]

    @property
    def key(self) -> Key:
        return self.attributes["source"], self.attributes["id"]

    @property
    def about_a_subscription(self) -> bool:
        """Such an event is not sent to the subscription's own sink."""
        return bool(self.attributes["subject"].startswith("subscriptions/"))


_OWN = ("delays", "wrong_effects", "repeats_expected")
"""Fields of a row that are not written down."""


@dataclass
class Row:
    """The result of one scenario. Numbers are of events times the subscribers that each must come to."""

    scenario: str
    sent: int = 0
    received: int = 0
    lost: int = 0
    duplicates: int = 0
    """Doubles that are left after a receiver has dropped each webhook-id that it knows."""
    out_of_order: int = 0
    worst_delay_s: float = 0.0
    """From commit to the first receipt."""
    repeats: int = 0
    """Webhook-ids that came again, and that receivers drop."""
    repeats_expected: bool = True
    """False where nothing breaks, which alone would explain a repeat."""
    strangers: int = 0
    """Received, but never committed, or not this subscriber's to see, or not the bytes that were committed."""
    half_done: int = 0
    """Cases changed without their event, events of a change that was never made, and cases opened twice."""
    deadlocks: int = 0
    """Transactions that PostgreSQL ended because they waited for each other (SQLSTATE 40P01 in its log)."""
    handled_again: int = 0
    """Messages that came to a service a second time, and that its inbox dropped."""
    slowest_request_s: float = 0.0
    """Of the submissions over HTTP, with all their tries."""
    broken_chains: int = 0
    """Events that do not give the hash of the one before."""
    wrong_effects: str = ""
    """The effects that a submission should have had in a service, and had not, or not once."""
    delays: dict[str, float] = field(default_factory=dict)
    """The worst delay of each subscriber."""

    @property
    def good(self) -> bool:
        wrong = (self.lost, self.duplicates, self.out_of_order, self.strangers, self.broken_chains, self.half_done)
        unexplained = 0 if self.repeats_expected else self.repeats
        return self.sent > 0 and not any(wrong) and not self.deadlocks + unexplained and not self.wrong_effects

    def to_json(self) -> dict[str, object]:
        """Return the row of bench/resilience.json, in which a scenario is called a rung."""
        values = {name: value for name, value in asdict(self).items() if name not in _OWN}
        return {"rung": values.pop("scenario"), **values}


def read_committed(body: bytes, readers: Sequence[str], at: float) -> Committed:
    attributes = json.loads(body)
    del attributes["data"]
    return Committed(body, list(readers), at, attributes)


def build_row(
    scenario: str, events: Iterable[Committed], subscribers: Iterable[Subscriber], since: Mapping[str, int]
) -> Row:
    """Compare events and receipts; `since` has each subscriber's number of receipts before the scenario."""
    found = Row(scenario)
    all_events = list(events)
    for each in subscribers:
        due = {event.key: event for event in all_events if not event.about_a_subscription and _is_for(event, each)}
        _count(found, each.client_id, due, each.receipts[since.get(each.client_id, 0) :])
    found.worst_delay_s = round(max(found.delays.values(), default=0.0), 3)
    return found


def _is_for(event: Committed, subscriber: Subscriber) -> bool:
    return subscriber.takes(event.attributes["type"], event.readers)


def _count(found: Row, subscriber: str, due: Mapping[Key, Committed], receipts: Sequence[Receipt]) -> None:
    first = _drop_repeats(found, receipts)
    taken: dict[Key, Receipt] = {}
    for receipt in first:
        attributes = json.loads(receipt.body)
        if attributes["type"] == SubscriptionTested.TYPE:
            continue  # asked for as proof of life; nobody else gets it, and it is kept nowhere
        key = (attributes["source"], attributes["id"])
        if key in taken:
            found.duplicates += 1
        elif key not in due or due[key].body != receipt.body:
            found.strangers += 1
        else:
            taken[key] = receipt
    found.sent += len(due)
    found.received += len(taken)
    found.lost += len(due) - len(taken)
    found.delays[subscriber] = round(max((taken[key].at - due[key].at for key in taken), default=0.0), 3)
    _check_order(found, [due[key] for key in taken])


def _drop_repeats(found: Row, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Return the receipts that are left where a receiver drops every webhook-id it knows."""
    known: dict[str, bytes] = {}
    kept = []
    for receipt in receipts:
        if receipt.webhook_id not in known:
            known[receipt.webhook_id] = receipt.body
            kept.append(receipt)
        elif known[receipt.webhook_id] == receipt.body:
            found.repeats += 1
        else:
            found.duplicates += 1
    return kept


def _check_order(found: Row, taken: Sequence[Committed]) -> None:
    """Check events in the order of their first receipt: numbers of a chain only grow, and each is linked."""
    chains: dict[tuple[str, str], list[Committed]] = defaultdict(list)
    for event in taken:
        chains[event.attributes["source"], event.attributes["partitionkey"]].append(event)
    for chain in chains.values():
        numbers = [int(event.attributes["sequence"]) for event in chain]
        found.out_of_order += sum(later < max(numbers[:place]) for place, later in enumerate(numbers) if place)
        by_number = dict(zip(numbers, chain, strict=True))
        for number, event in by_number.items():
            before = by_number.get(number - 1)
            if before is not None and event.attributes.get("previoushash") != compute_digest(before.body):
                found.broken_chains += 1
