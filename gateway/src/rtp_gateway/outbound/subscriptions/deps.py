"""The dependencies of commands about subscriptions, besides their transaction."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.subscriptions.questions import QuestionLimiter
from rtp_gateway.outbound.transports.connections import Connections
from rtp_gateway.outbound.transports.queues import QueueProvisioner, build_provisioner
from rtp_gateway.outbound.transports.sinks import Sinks
from rtp_gateway.settings import GatewaySettings
from rtp_shared.outbox import Outbox


@dataclass(frozen=True)
class SubscriptionDeps:
    """One of these serves all requests of a process."""

    sinks: Sinks
    secret_box: SecretBox
    outbox: Outbox
    connections: Connections
    """For asking a sink for its consent."""
    questions: QuestionLimiter
    queues: QueueProvisioner | None
    """None where AMQP is not offered. Commands only ask it for addresses: queues are provisioned after the commit."""

    @classmethod
    def build(cls, settings: GatewaySettings, outbox: Outbox) -> "SubscriptionDeps":
        sinks = Sinks(allow_private=settings.allow_private_sinks)
        return cls(
            sinks=sinks,
            secret_box=SecretBox(settings.secrets_key.get_secret_value()),
            outbox=outbox,
            connections=Connections(sinks),
            questions=QuestionLimiter(),
            queues=build_provisioner(settings),
        )

    async def close(self) -> None:
        await self.connections.close()
        if self.queues is not None:
            await self.queues.close()


async def _deps(request: Request) -> SubscriptionDeps:
    deps: SubscriptionDeps = request.app.state.subscription_deps
    return deps


Deps = Annotated[SubscriptionDeps, Depends(_deps)]
