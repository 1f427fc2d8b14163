"""Prometheus metrics of one service in one process. Labels never carry ids or names of people."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Made once a service, so that several services can live in one process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        labels = {"service": service}
        self.requests = Histogram(
            "rtp_request_seconds",
            "Time to answer a request",
            ["service", "method", "route", "status"],
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.published = Counter(
            "rtp_events_published", "Events handed to the bus and confirmed", ["service"], registry=self.registry
        ).labels(**labels)
        self.handled = Counter(
            "rtp_events_handled",
            "Events handled, by type and outcome",
            ["service", "type", "outcome"],
            registry=self.registry,
        )
        self.outbox_waiting = Gauge(
            "rtp_outbox_waiting", "Events not yet handed over", ["service"], registry=self.registry
        ).labels(**labels)
        self.outbox_oldest = Gauge(
            "rtp_outbox_oldest_seconds",
            "Age of the oldest event not yet handed over",
            ["service"],
            registry=self.registry,
        ).labels(**labels)
        self.service = service

    def render(self) -> bytes:
        return generate_latest(self.registry)
