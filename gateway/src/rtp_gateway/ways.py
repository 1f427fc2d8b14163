"""The four ways in which events can be received, and which of them this installation offers."""

from typing import Final, NamedTuple


class Way(NamedTuple):
    """A way in which events can be received."""

    name: str
    address: str
    """Where to begin."""
    description: str
    offered: bool = True


QUEUE: Final = "queue"


def list_ways(*, queues: bool) -> list[Way]:
    """Return all four. `queues`: there is a broker in which subscribers' queues can be made."""
    return [
        Way("webhook", "/v1/subscriptions", "POST to your https endpoint: `protocol` HTTP"),
        Way(QUEUE, "/v1/subscriptions", "A queue of your own in RabbitMQ: `protocol` AMQP (0-9-1)", queues),
        Way("feed", "/v1/events", "Pages to fetch, long poll, and server-sent events at /v1/events/stream"),
        Way("fhir", "/fhir/R4/Subscription", f"FHIR R4 as the NHS has it: `channel.type` {_name_channels(queues)}"),
    ]


def _name_channels(queues: bool) -> str:
    return "rest-hook or message" if queues else "rest-hook"


def describe_offer(*, queues: bool) -> str:
    """Say in a sentence which ways are offered."""
    ways = list_ways(queues=queues)
    offered = [f"{way.name} ({way.address})" for way in ways if way.offered]
    missing = [way.name for way in ways if not way.offered]
    return f"offered here: {', '.join(offered)}" + (f"; not offered here: {', '.join(missing)}" if missing else "")
