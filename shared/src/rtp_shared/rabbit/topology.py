"""Exchanges and queues, declared by each service's `prepare` step, before anyone publishes.

One topic exchange; a quorum queue per consuming service, with one active consumer so that order holds across replicas;
a dead-letter queue per service.
"""

from collections.abc import Sequence

from rtp_shared.rabbit.link import Link

EXCHANGE = "rtp.events"
DEAD = "rtp.dead"
DELIVERY_LIMIT = 200


async def declare(link: Link, service: str, routing_keys: Sequence[str]) -> None:
    """Declare the exchanges, and the service's queue with its dead-letter queue, bound to the routing keys."""
    await link.ask("exchange_declare", exchange=EXCHANGE, exchange_type="topic", durable=True)
    await link.ask("exchange_declare", exchange=DEAD, exchange_type="direct", durable=True)
    if not routing_keys:
        return
    await link.ask("queue_declare", queue=f"{service}.dead", durable=True, arguments={"x-queue-type": "quorum"})
    await link.ask("queue_bind", queue=f"{service}.dead", exchange=DEAD, routing_key=service)
    await link.ask(
        "queue_declare",
        queue=service,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-routing-key": service,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    for key in routing_keys:
        await link.ask("queue_bind", queue=service, exchange=EXCHANGE, routing_key=key)


async def declare_once(url: str, service: str, routing_keys: Sequence[str]) -> None:
    link = await Link.open(url)
    try:
        await declare(link, service, routing_keys)
    finally:
        link.abandon()
