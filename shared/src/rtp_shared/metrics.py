"""Prometheus metrics of one service in one process. Labels never carry ids or names of people.

Whoever may read metrics must not learn from them how many drafts there are: what only one client may see is not
counted, and a write only under the first part of its route, where what is done to drafts goes with all else.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The metrics of one service; several services can live in one process."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = registry = CollectorRegistry()
        by, requests = ["service"], ["service", "method", "route", "status"]
        self.requests = Histogram(
            "rtp_request_seconds", "Time to answer a request", requests, registry=registry, buckets=BUCKETS
        )
        published = Counter("rtp_events_published", "Events handed to the bus and confirmed", by, registry=registry)
        self.published = published.labels(service)
        handled = ["service", "type", "outcome"]
        self.handled = Counter("rtp_events_handled", "Events handled, by type and outcome", handled, registry=registry)
        self._waiting = Gauge("rtp_outbox_waiting", "Events not yet handed over", by, registry=registry)
        age = "Age of the oldest event not yet handed over"
        self._oldest = Gauge("rtp_outbox_oldest_seconds", age, by, registry=registry)

    def report_outbox(self, waiting: int, oldest: float) -> None:
        """Set what waits in the outbox, and for how many seconds. A process that relays nothing reports nothing: its
        zero would be no news.
        """
        self._waiting.labels(self.service).set(waiting)
        self._oldest.labels(self.service).set(oldest)

    def render(self) -> bytes:
        return generate_latest(self.registry)
