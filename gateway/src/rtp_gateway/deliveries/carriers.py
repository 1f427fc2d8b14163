"""The ways to subscribers' sinks that this installation offers."""

from rtp_gateway.deliveries.amqp import AmqpCarrier
from rtp_gateway.deliveries.parcels import Carrier
from rtp_gateway.deliveries.sender import HttpCarrier
from rtp_gateway.settings import GatewaySettings
from rtp_gateway.subscriptions.handshake import origin_of
from rtp_gateway.subscriptions.models import Protocol
from rtp_gateway.subscriptions.sinks import Sinks


def carriers(settings: GatewaySettings) -> dict[str, Carrier]:
    """By protocol. AMQP is offered where there is a broker that queues can be made in."""
    offered: dict[str, Carrier] = {
        Protocol.HTTP: HttpCarrier(
            Sinks(allow_private=settings.allow_private_sinks), origin=origin_of(settings.public_url)
        )
    }
    if (url := settings.subscribers_broker_url) is not None:
        offered[Protocol.AMQP] = AmqpCarrier(url.get_secret_value())
    return offered
