"""The transports that this installation offers."""

from rtp_gateway.outbound.transports.amqp import AmqpTransport
from rtp_gateway.outbound.transports.handshake import read_origin
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.requests import Protocol, Transport
from rtp_gateway.outbound.transports.sinks import Sinks
from rtp_gateway.settings import GatewaySettings


def build_transports(settings: GatewaySettings) -> dict[str, Transport]:
    """Return the transports by protocol. AMQP is offered where there is a broker that queues can be made in."""
    offered: dict[str, Transport] = {
        Protocol.HTTP: HttpTransport(
            Sinks(allow_private=settings.allow_private_sinks), origin=read_origin(settings.public_url)
        )
    }
    if (url := settings.subscribers_broker_url) is not None:
        offered[Protocol.AMQP] = AmqpTransport(url.get_secret_value())
    return offered
