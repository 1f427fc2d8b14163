"""What commands about subscriptions need besides their transaction."""

from dataclasses import dataclass

from rtp_gateway.settings import GatewaySettings
from rtp_gateway.subscriptions.connections import Connections
from rtp_gateway.subscriptions.queues import Queues
from rtp_gateway.subscriptions.signing import Safe
from rtp_gateway.subscriptions.sinks import Sinks
from rtp_shared.outbox import Outbox


@dataclass(frozen=True)
class Kit:
    sinks: Sinks
    safe: Safe
    outbox: Outbox
    connections: Connections
    """For asking a sink for its consent."""
    queues: Queues | None
    """None where AMQP is not offered."""

    @classmethod
    def of(cls, settings: GatewaySettings, outbox: Outbox) -> "Kit":
        sinks = Sinks(allow_private=settings.allow_private_sinks)
        return cls(
            sinks=sinks,
            safe=Safe(settings.secrets_key.get_secret_value()),
            outbox=outbox,
            connections=Connections(sinks),
            queues=queues_of(settings),
        )

    async def close(self) -> None:
        await self.connections.close()
        if self.queues is not None:
            await self.queues.close()


def queues_of(settings: GatewaySettings) -> Queues | None:
    """What makes subscribers' queues; None where AMQP is not offered."""
    if settings.broker_url is None or settings.broker_management_url is None:
        return None
    return Queues(
        settings.broker_management_url,
        settings.broker_url,
        vhost=settings.subscribers_vhost,
        subscribers_host=settings.subscribers_broker_host,
    )
