"""What a subscriber asks for, checked and as the columns that keep it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rtp_gateway.subscriptions.credential_schemas import accept
from rtp_gateway.subscriptions.credentials import seal
from rtp_gateway.subscriptions.errors import AmqpNotOffered, NoSuchSource, ProtocolStays
from rtp_gateway.subscriptions.kit import Kit
from rtp_gateway.subscriptions.models import Protocol, Subscription
from rtp_gateway.subscriptions.schemas import SETTINGS, NewSubscription, SubscriptionChanges

PUBLISHERS = ("applications", "advice-matching", "finance-directory", "gateway")


async def columns(details: NewSubscription | SubscriptionChanges, *, kit: Kit, now: datetime) -> dict[str, Any]:
    """The columns that are named: all of them, where the details are those of a new subscription.

    Raises SinkRefused, CredentialRefused, NoSuchSource, AmqpNotOffered.
    """
    whole = isinstance(details, NewSubscription)
    by_queue = isinstance(details, NewSubscription) and details.protocol is Protocol.AMQP
    if by_queue and kit.queues is None:
        raise AmqpNotOffered
    named = details.model_dump(exclude_unset=not whole, exclude={"protocol", "protocolsettings", "sinkcredential"})
    if named.get("sink"):
        await kit.sinks.check(named["sink"])
    else:
        named.pop("sink", None)
    if source := named.get("source"):
        require_source(source, kit.outbox.base_url)
    if "types" in named:
        named["types"] = list(dict.fromkeys(named["types"]))
    if whole or "protocolsettings" in details.model_fields_set:
        assert details.protocolsettings is not None  # noqa: S101 - the schema fills it in
        named["settings"] = details.protocolsettings.model_dump(by_alias=True)
    if whole or "sinkcredential" in details.model_fields_set:
        named |= await _credential(details, kit=kit, now=now)
    if by_queue:
        named["sink"] = ""
    return named


async def _credential(details: NewSubscription | SubscriptionChanges, *, kit: Kit, now: datetime) -> dict[str, Any]:
    if details.sinkcredential is None:
        return {"sealed_credential": None, "credential_type": None}
    credential = await accept(details.sinkcredential, sinks=kit.sinks, now=now)
    return {"sealed_credential": seal(kit.safe, credential), "credential_type": credential.credentialtype}


def require_source(source: str, base_url: str) -> None:
    """A typing mistake must not become a subscription that nothing is ever sent to."""
    known = [f"{base_url}/{name}" for name in PUBLISHERS]
    if source not in known:
        raise NoSuchSource(f"there are {', '.join(known)}")


def require_same_protocol(subscription: Subscription, details: NewSubscription | SubscriptionChanges) -> None:
    """Protocols have different secrets and queues, so another one is another subscription."""
    if isinstance(details, NewSubscription) and details.protocol is not subscription.protocol:
        raise ProtocolStays.of("protocol")
    settings = details.protocolsettings if "protocolsettings" in details.model_fields_set else None
    if settings is not None and not isinstance(settings, SETTINGS[subscription.protocol]):
        raise ProtocolStays.of("protocolsettings")
    if subscription.protocol is Protocol.AMQP and {"sink", "sinkcredential"} & details.model_fields_set:
        raise ProtocolStays.of("sink" if "sink" in details.model_fields_set else "sinkcredential")


def handshake(columns: Mapping[str, Any]) -> bool:
    """Whether the sink is to be asked for its consent."""
    return bool(columns["settings"].get("handshake"))
