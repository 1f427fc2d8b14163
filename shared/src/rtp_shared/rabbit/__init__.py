"""The bus over RabbitMQ, by pika on the event loop. Nothing waits in it on purpose: retry times live in PostgreSQL."""

from rtp_shared.rabbit.bus import RabbitBus
from rtp_shared.rabbit.consumer import RabbitConsumer
from rtp_shared.rabbit.topology import declare_once

__all__ = ["RabbitBus", "RabbitConsumer", "declare_once"]
