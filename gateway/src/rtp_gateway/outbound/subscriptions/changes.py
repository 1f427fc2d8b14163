"""Changes that a subscriber asks for: checked, and turned into columns."""

from datetime import datetime
from typing import Any, TypeAlias

from rtp_gateway.outbound.subscriptions.credential_schemas import KeptCredential, accept_credential
from rtp_gateway.outbound.subscriptions.deps import SubscriptionDeps
from rtp_gateway.outbound.subscriptions.errors import AmqpNotOffered, NoSuchSource, ProtocolStays
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.subscriptions.replacement import Replacement
from rtp_gateway.outbound.subscriptions.schemas import (
    SETTINGS,
    NewSubscription,
    SubscriptionChanges,
    WholeSubscription,
)
from rtp_gateway.outbound.transports.credentials import seal_credential
from rtp_gateway.outbound.transports.requests import Protocol

Columns: TypeAlias = dict[str, Any]
"""Columns of a subscription, by name."""

Details: TypeAlias = NewSubscription | Replacement | SubscriptionChanges

_PLAIN = SubscriptionChanges.model_fields.keys() - {"protocolsettings", "sinkcredential"}
"""Members that are kept as they are asked for."""

PUBLISHERS = ("applications", "advice-matching", "finance-directory", "gateway")


async def read_columns(details: Details, *, deps: SubscriptionDeps, now: datetime) -> Columns:
    """Return the columns that are named: all of them, where the details are those of a whole subscription.

    Raise SinkRefused, CredentialRefused, NoSuchSource or AmqpNotOffered.
    """
    whole = isinstance(details, WholeSubscription)
    by_queue = isinstance(details, WholeSubscription) and details.protocol is Protocol.AMQP
    if by_queue and deps.queues is None:
        raise AmqpNotOffered
    named = details.model_dump(exclude_unset=not whole, include=_PLAIN)
    if by_queue:
        named["sink"] = ""
    elif named.get("sink"):
        await deps.sinks.check(named["sink"])
    else:
        named.pop("sink", None)
    if source := named.get("source"):
        require_source(source, deps.outbox.base_url)
    if "types" in named:
        named["types"] = list(dict.fromkeys(named["types"]))
    if whole or "protocolsettings" in details.model_fields_set:
        assert details.protocolsettings is not None  # noqa: S101 - the schema fills it in
        named["settings"] = details.protocolsettings.model_dump(by_alias=True)
    if whole or "sinkcredential" in details.model_fields_set:
        named |= await _seal_credential(details, deps=deps, now=now)
    return named


async def _seal_credential(details: Details, *, deps: SubscriptionDeps, now: datetime) -> Columns:
    if details.sinkcredential is None:
        return {"sealed_credential": None, "credential_type": None}
    if isinstance(details.sinkcredential, KeptCredential):
        return {}
    credential = await accept_credential(details.sinkcredential, sinks=deps.sinks, now=now)
    return {
        "sealed_credential": seal_credential(deps.secret_box, credential),
        "credential_type": credential.credentialtype,
    }


def require_source(source: str, base_url: str) -> None:
    """Refuse a source that is not one of ours: a typing mistake must not make a subscription to nothing."""
    known = [f"{base_url}/{name}" for name in PUBLISHERS]
    if source not in known:
        raise NoSuchSource(f"there are {', '.join(known)}")


def require_same_protocol(subscription: Subscription, details: Replacement | SubscriptionChanges) -> None:
    """Refuse another protocol: its secrets and queues are different, so it needs another subscription."""
    if isinstance(details, Replacement) and details.protocol is not subscription.protocol:
        raise ProtocolStays.at("protocol")
    settings = details.protocolsettings if "protocolsettings" in details.model_fields_set else None
    if settings is not None and not isinstance(settings, SETTINGS[subscription.protocol]):
        raise ProtocolStays.at("protocolsettings")
    if subscription.protocol is Protocol.AMQP:
        _require_same_queue(subscription, details)


def _require_same_queue(subscription: Subscription, details: Replacement | SubscriptionChanges) -> None:
    written_back = isinstance(details, Replacement) and details.sink in (None, subscription.sink)
    if "sink" in details.model_fields_set and not written_back:
        raise ProtocolStays.at("sink")
    if details.sinkcredential is not None:
        raise ProtocolStays.at("sinkcredential")
