"""Prometheus metrics of one service in one process. Labels never carry ids or names of people.

Whoever may read metrics must not learn from them how many drafts there are: what only one client may see is not
counted, and a write only under the first part of its route, where what is done to drafts goes with all else.
How long answers take is kept in buckets by method alone, and by route as a sum and a count: a label more for each
would multiply the series, which whoever stores metrics pays for.
"""

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, Summary, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
# A series beside each counter and histogram, which nothing asks for.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # it is not annotated there


class Metrics:
    """The metrics of one service; several services can live in one process."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        by = ["service"]
        self._seconds = Histogram(
            "rtp_request_seconds", "Time to answer a request", [*by, "method"], registry=registry, buckets=BUCKETS
        )
        self._answers = Counter(
            "rtp_requests", "Requests by the status of the answer", [*by, "status"], registry=registry
        )
        self._routes = Summary(
            "rtp_route_seconds", "Time to answer the requests of a route", [*by, "route"], registry=registry
        )
        published = Counter("rtp_events_published", "Events handed to the bus and confirmed", by, registry=registry)
        self.published = published.labels(service)
        handled = ["service", "type", "outcome"]
        self.handled = Counter("rtp_events_handled", "Events handled, by type and outcome", handled, registry=registry)
        self._waiting = Gauge("rtp_outbox_waiting", "Events not yet handed over", by, registry=registry)
        age = "Age of the oldest event not yet handed over"
        self._oldest = Gauge("rtp_outbox_oldest_seconds", age, by, registry=registry)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request. A method that HTTP does not name counts as `other`."""
        self._seconds.labels(self.service, method if method in METHODS else "other").observe(seconds)
        self._answers.labels(self.service, str(status)).inc()
        self._routes.labels(self.service, route).observe(seconds)

    def report_outbox(self, waiting: int, oldest: float) -> None:
        """Set what waits, and for how many seconds. A process that relays nothing reports nothing, and not zero."""
        self._waiting.labels(self.service).set(waiting)
        self._oldest.labels(self.service).set(oldest)

    def render(self) -> bytes:
        return generate_latest(self.registry)
