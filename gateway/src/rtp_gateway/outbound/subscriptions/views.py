"""The bodies of answers about a subscription."""

from datetime import datetime

from rtp_gateway.forms.rendering import Form
from rtp_gateway.outbound.subscriptions.commands import SubscriptionSecrets
from rtp_gateway.outbound.subscriptions.credential_schemas import KINDS
from rtp_gateway.outbound.subscriptions.filters import DIALECTS
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.subscriptions.schemas import (
    Offer,
    QueueView,
    Rotated,
    SubscriptionMade,
    SubscriptionView,
    WayView,
)
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_gateway.outbound.transports.sinks import list_warnings
from rtp_gateway.types import JsonObject
from rtp_gateway.ways import list_ways


def _read_fields(subscription: Subscription) -> JsonObject:
    fields = {
        name: getattr(subscription, name) for name in SubscriptionView.model_fields if hasattr(subscription, name)
    }
    kind = subscription.credential_type
    return {
        **fields,
        "protocolsettings": subscription.settings,
        "sinkcredential": {"credentialtype": kind} if kind else None,
        "former_keys_until": _read_former_keys_until(subscription),
        "warnings": (subscription.protocol is Protocol.HTTP and list_warnings(subscription.sink)) or None,
    }


def _read_former_keys_until(subscription: Subscription) -> datetime | None:
    """Of AMQP none: nothing is signed, and a former password holds no more."""
    return subscription.old_keys_until if subscription.protocol is Protocol.HTTP else None


def describe_offer(*, queues: bool) -> Offer:
    """Describe what is offered to subscribers."""
    protocols = [each for each in Protocol if queues or each is not Protocol.AMQP]
    return Offer(
        ways=[WayView.model_validate(way) for way in list_ways(queues=queues)],
        protocol=protocols,
        filters=list(DIALECTS),
        credentialtype=list(KINDS),
        payload=list(Form),
    )


def describe(subscription: Subscription) -> SubscriptionView:
    return SubscriptionView(**_read_fields(subscription))


def _read_secret(secrets: SubscriptionSecrets) -> str | None:
    return secrets.keyring.secret if secrets.subscription.protocol is Protocol.HTTP else None


def _describe_queue(secrets: SubscriptionSecrets) -> QueueView | None:
    return QueueView.model_validate(secrets.queue) if secrets.queue else None


def dump_without_secrets(answer: SubscriptionMade | Rotated) -> bytes:
    """Dump an answer as it is kept for a repetition by Idempotency-Key: with no secret in the clear."""
    queue = answer.queue and answer.queue.model_copy(update={"password": None})
    return answer.model_copy(update={"secret": None, "queue": queue}).model_dump_json(by_alias=True).encode()


def describe_made(secrets: SubscriptionSecrets) -> SubscriptionMade:
    """Describe a subscription with its secrets."""
    return SubscriptionMade(
        **_read_fields(secrets.subscription), secret=_read_secret(secrets), queue=_describe_queue(secrets)
    )


def describe_rotated(secrets: SubscriptionSecrets) -> Rotated:
    """Describe the new secrets of a subscription."""
    return Rotated(
        secret=_read_secret(secrets),
        public_key=secrets.subscription.public_key,
        former_keys_until=_read_former_keys_until(secrets.subscription),
        queue=_describe_queue(secrets),
    )
