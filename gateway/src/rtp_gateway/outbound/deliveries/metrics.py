"""Metrics of delivery, in the registry of the gateway's other ones."""

from prometheus_client import Counter, Gauge, Histogram

from rtp_shared.metrics import BUCKETS, Metrics


class DeliveryMetrics:
    """Counters and gauges of the delivery worker."""

    def __init__(self, metrics: Metrics) -> None:
        registry, service = metrics.registry, metrics.service
        self._outcomes = Counter(
            "rtp_deliveries", "Attempts to deliver an event, by outcome", ["service", "outcome"], registry=registry
        )
        self._service = service
        self.seconds = Histogram(
            "rtp_delivery_seconds",
            "Time from the beginning of an attempt to the sink's answer",
            ["service"],
            registry=registry,
            buckets=(*BUCKETS, 15),
        ).labels(service)
        self.waiting = Gauge(
            "rtp_deliveries_waiting", "Deliveries that wait, counted up to 10,000", ["service"], registry=registry
        ).labels(service)
        self.oldest = Gauge(
            "rtp_deliveries_oldest_seconds", "Age of the oldest event that waits", ["service"], registry=registry
        ).labels(service)

    def count(self, outcome: str) -> None:
        """Count an outcome: delivered, postponed, dead, cancelled, or lost (the lease ran out before the report)."""
        self._outcomes.labels(self._service, outcome).inc()
